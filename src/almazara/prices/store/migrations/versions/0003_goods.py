"""Prices beside the featured one, and by what number and by whose word listings are one good."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("observation", sa.Column("named", sa.Text))
    with op.batch_alter_table("listing") as listing:
        listing.alter_column("sizes", existing_type=sa.Text, nullable=True, existing_server_default="[]")
        listing.add_column(sa.Column("gtin", sa.Text))
        listing.add_column(sa.Column("good", sa.Text))
