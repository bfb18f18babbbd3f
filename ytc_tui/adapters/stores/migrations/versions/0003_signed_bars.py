"""A signed head covers the bar store too: how many bars it held, and their rolling digest.

Decides nothing of its own: it builds what `tables` declared when this revision was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("heads", sa.Column("bars", sa.BigInteger()))
    op.add_column("heads", sa.Column("bars_digest", sa.String()))
