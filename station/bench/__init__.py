"""Benchmarks: each a command (`station bench`), each beside a floor or a peer of the same run."""
