"""What a listing held before its title named another size."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("listing", sa.Column("sizes", sa.Text, nullable=False, server_default="[]"))
