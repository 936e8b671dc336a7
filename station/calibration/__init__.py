"""The constant between what a player hears and what the kit reports: pure estimators.

==============  ==========================================================================
`tap`           from a player who taps along with the click
`onsets`        where known sounds lie in a recording, to a part of a sample
`microphone`    from that: the click's own latency, the pad's own delay
`robust`        the middle of scattered values, and its error
`outcome`       what came of it, or why it is refused
`chart`         what is clicked for it
`names`         for which kit and sound a calibration holds
==============  ==========================================================================
"""
