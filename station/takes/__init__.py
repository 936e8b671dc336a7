"""Takes kept: the store, export, and what is computed from them again.

=============  ====================================================================
`ids`          names for takes, unique across machines
`store`        open the takes, list them, read one, begin one
`writer`       one take being recorded, beside the engine's loop
`export`       a take as a Standard MIDI file or as CSV
=============  ====================================================================

Beneath them: `schema` (the tables), `migrations` (how they came to be), `database` (the one
maker of connections), `upgrade`, `faults` (SQLite's errors as sentences), `blocks` (hits as
bytes), `rows`, `recording`, `spill` (where hits go while the database cannot be written),
`ownership` (is a take's recorder alive?) and `recovery` (what a dead one left behind).
"""
