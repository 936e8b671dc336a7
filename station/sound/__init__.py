"""What the player hears: the click on a sound card, our own kit, and the click as MIDI notes.

For whoever runs a take, `Metronome` is all of it::

    metronome = Metronome()                     # one, for as long as the program runs
    metronome.open("audio://default")           # SoundError: no card; the take goes on without
    metronome.prepare(chart, ClickPlan(voice="wood", on_bars=2, off_bars=2))
    metronome.start(start_ns)                   # at least lead_ns before the first click
    pumped = metronome.pump(now_ns)             # in the loop; cheap when nothing is due
    for turn in pumped.turns:                   # the chart's clock is the card's
        run.turn_grid(*turn)
    run.mark(pumped.marks)                      # where the card dropped out
    if pumped.problem: ...                      # it is gone: said once, the take goes on
    metronome.strike(hit.pad, hit.zone, hit.velocity, offset_ns)   # kit voices, gated
    metronome.stop(); metronome.close()

=================  ==========================================================================
`click_plan`       what a player asks of the click
`click`            chart and plan to clicks, exactly (pure)
`click_voices`     what a click may sound like; `kit_voices`: the drums; `synthesis`: both
`voices`           all of them rendered at a card's rate
`rhythm_gate`      which hits sound
`mixer`            the kernel that mixes a block
`card`             the kernel around it: gaps, and the times of blocks; the callback in C
`desk`             the tables of both, and who may write when
`output`           the role of a sound card, and addresses
`portaudio`        real cards; the only module that imports sounddevice
`jack_clock`       JACK's count of frames
`simulated`        a card that is a program: drifts, stumbles, vanishes
`clockfit`         frames against the host's clock; `card_clock` feeds it
`turns`            keeps a take's grid on the card's clock, ahead of time
`gap_marks`        dropouts as marks of a take
`metronome`        all of these for one take
`midi_click`       the click as MIDI notes, for drum modules
=================  ==========================================================================

The card's own thread runs `card` and `mixer`, compiled, without Python's lock: a busy engine
does not hold up the click. Everything else belongs to the thread that calls `Metronome`.
"""
