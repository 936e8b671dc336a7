"""How it was played: kernels and plain functions over arrays; no I/O, no clock."""
