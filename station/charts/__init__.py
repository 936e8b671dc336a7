"""What should be played: tempo map, chart, readers, rudiments. No I/O, no clock."""
