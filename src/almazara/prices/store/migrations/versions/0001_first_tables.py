"""The first tables: listings, their observations, runs and documents."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
    amount = sa.Text().with_variant(sa.Numeric(), "postgresql")
    op.create_table(
        "listing_key",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("listing_id", sa.Text, nullable=False, unique=True),
    )
    op.create_table(
        "observation",
        sa.Column("listing_key", sa.Integer, sa.ForeignKey("listing_key.key"), primary_key=True, autoincrement=False),
        sa.Column("observed_at", moment, primary_key=True, autoincrement=False),
        sa.Column("availability", sa.String(16), nullable=False),
        sa.Column("price", amount),
        sa.Column("currency", sa.String(3)),
        sa.Column("list_price", amount),
        sa.Column("seller", sa.Text),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "listing",
        sa.Column("listing_id", sa.Text, primary_key=True),
        sa.Column("shop", sa.Text, nullable=False),
        sa.Column("sku", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("category", sa.Text, index=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("target_price", amount),
        sa.Column("tracked", sa.Boolean, nullable=False),
        sa.Column("litres", amount),
        sa.Column("created_at", moment),
    )
    op.create_table(
        "run",
        sa.Column("run_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("started_at", moment, nullable=False, index=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "document",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
