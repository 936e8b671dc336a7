"""The pages of the window: play, and report."""
