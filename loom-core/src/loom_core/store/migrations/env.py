"""How Alembic runs the migrations: on the connection, and in the transaction, of who asks."""

from alembic import context

from loom_core.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the transaction is already open
)
context.run_migrations()
