"""A simulated drummer with known truth: a feature, and what the tests strike with."""
