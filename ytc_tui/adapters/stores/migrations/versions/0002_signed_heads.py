"""Heads carry the signature over the entry that was signed last.

Decides nothing of its own: it builds what `tables` declared when this revision was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for column in (
        sa.Column("signed_seq", sa.BigInteger()),
        sa.Column("signed_hash", sa.String()),
        sa.Column("signed_ns", sa.BigInteger()),
        sa.Column("key", sa.String()),
        sa.Column("signature", sa.String()),
    ):
        op.add_column("heads", column)
