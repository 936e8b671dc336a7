"""The sheet in the window: engraved lines with a playhead, and how each note was played."""
