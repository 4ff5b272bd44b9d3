"""Alembic's way in: migrates the connection that `stores.ledger_database` has opened, in its transaction."""

from alembic import context

from stores.ledger_tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
