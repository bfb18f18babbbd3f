"""What Alembic runs for every upgrade: the revisions, on the connection that `upgrade` opened."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
