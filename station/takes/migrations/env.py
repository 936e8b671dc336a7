"""Alembic's way in: run the migrations on the connection that `takes.upgrade` hands over."""

from __future__ import annotations

from alembic import context

from station.takes.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()
