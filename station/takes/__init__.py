"""Takes kept: the store, export, and what is computed from them again."""
