"""Alembic's entry point: runs the revisions in the connection and transaction that the store lends."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
