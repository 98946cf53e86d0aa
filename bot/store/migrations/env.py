"""Runs the migrations on the connection that bot.store.schema hands over, in its transaction."""

from alembic import context

from bot.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
