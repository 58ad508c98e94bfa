"""Runs migrations on the connection that hub.storage.migrate hands over."""

from alembic import context

from hub.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    include_object=lambda _object, name, kind, _reflected, _against: (
        not (kind == "table" and str(name).startswith("search"))
    ),
)
with context.begin_transaction():
    context.run_migrations()
