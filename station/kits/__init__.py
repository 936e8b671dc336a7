"""From a kit's events to hits on pads: note maps, hi-hat state, suspects flagged."""
