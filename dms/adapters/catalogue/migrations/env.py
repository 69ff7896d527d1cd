"""Alembic's entry: runs the migrations over the connection it is given."""

from alembic import context

from dms.adapters.catalogue.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
