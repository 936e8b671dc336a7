"""The trigger board's own firmware in C, and what builds and tries it; see README.md here."""
