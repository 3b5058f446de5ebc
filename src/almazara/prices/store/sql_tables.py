"""The SQL tables of observations, and how moments and amounts are kept exactly in each database."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeVar, cast

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator

from almazara.prices.schema import EPOCH, IMPORTED, TICK, Availability, ListingKind, NamedPrice, Size

HEAD: Final = "0003"  # the newest revision in migrations/versions


class Moment(TypeDecorator[datetime]):
    """An aware moment to the microsecond: TIMESTAMPTZ in PostgreSQL, microseconds since 1970 elsewhere."""

    impl = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401 (int or datetime)
        """Microseconds where the database has no type for moments."""
        if value is None or dialect.name == "postgresql":
            return value
        return (value - EPOCH) // TICK

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401 (int or datetime)
        """The moment in UTC."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            return cast("datetime", value).astimezone(UTC)
        return EPOCH + int(value) * TICK


class Amount(TypeDecorator[Decimal]):
    """An exact decimal, trailing zeros included: NUMERIC in PostgreSQL, text elsewhere."""

    impl = sa.Text().with_variant(sa.Numeric(), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:  # noqa: ANN401 (str or Decimal)
        """Plain digits where the database has no exact type."""
        return value if value is None or dialect.name == "postgresql" else format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ANN401, ARG002
        """The amount as it was given."""
        return None if value is None else Decimal(value)


_Value = TypeVar("_Value")


class Many(TypeDecorator[tuple[_Value, ...]]):
    """Values of a class as JSON; NULL where there are none."""

    impl = sa.Text()
    cache_ok = True

    def __init__(self, of: type[_Value]) -> None:
        super().__init__()
        self.of = of

    def process_bind_param(self, value: tuple[_Value, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Their JSON."""
        return msgspec.json.encode(value).decode() if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[_Value, ...]:  # noqa: ARG002
        """The values."""
        return msgspec.json.decode(value, type=tuple[self.of, ...]) if value else ()  # type: ignore[name-defined]


def _word(values: type[StrEnum]) -> sa.Enum:
    return sa.Enum(values, native_enum=False, length=16, values_callable=list)


metadata = sa.MetaData()

# Observations point to a listing by a short number: their table is clustered on (number, moment), so that a
# listing's year lies together on disk.
listing_keys = sa.Table(
    "listing_key",
    metadata,
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("listing_id", sa.Text, nullable=False, unique=True),
)

observations = sa.Table(
    "observation",
    metadata,
    sa.Column("listing_key", sa.Integer, sa.ForeignKey("listing_key.key"), primary_key=True, autoincrement=False),
    sa.Column("observed_at", Moment, primary_key=True, autoincrement=False),
    sa.Column("availability", _word(Availability), nullable=False),
    sa.Column("price", Amount),
    sa.Column("currency", sa.String(3)),
    sa.Column("list_price", Amount),
    sa.Column("seller", sa.Text),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("named", Many(NamedPrice)),
    sqlite_with_rowid=False,
)


# Written into the statement: SQLite takes almost twice as long over what is bound to it and looked at in every row.
_IMPORTED, _NOTHING, _COMMA = (sa.literal_column(f"'{text}'", sa.Text) for text in (IMPORTED, "", ","))
_TWO, _ONE = (sa.literal_column(digit, sa.BigInteger) for digit in "21")


def joined_readings(dialect: Dialect) -> list[sa.ColumnElement[str]]:
    """Moments, prices and currencies of a group as `Readings` has them, each column joined by commas.

    Moments are doubled, and one more where imported. The database joins them, since a row costs Python more than the
    observation costs the database.
    """
    columns = observations.c
    moment: sa.ColumnElement[Any] = sa.type_coerce(columns.observed_at, sa.BigInteger)
    written: Any = sa.type_coerce  # SQLite joins what it keeps as it is
    if dialect.name == "postgresql":
        moment = sa.cast(sa.extract("epoch", columns.observed_at) * 1_000_000, sa.BigInteger)
        written = sa.cast
    marked = sa.case((columns.source == _IMPORTED, moment * _TWO + _ONE), else_=moment * _TWO)
    amounts = (sa.func.coalesce(written(one, sa.Text), _NOTHING) for one in (columns.price, columns.currency))
    join = sa.func.string_agg if dialect.name == "postgresql" else sa.func.group_concat
    return [join(column, _COMMA) for column in (written(marked, sa.Text), *amounts)]


listings = sa.Table(
    "listing",
    metadata,
    sa.Column("listing_id", sa.Text, primary_key=True),
    sa.Column("shop", sa.Text, nullable=False),
    sa.Column("sku", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("category", sa.Text, index=True),
    sa.Column("kind", _word(ListingKind), nullable=False),
    sa.Column("target_price", Amount),
    sa.Column("tracked", sa.Boolean, nullable=False),
    sa.Column("litres", Amount),
    sa.Column("created_at", Moment),
    sa.Column("sizes", Many(Size), server_default="[]"),
    sa.Column("gtin", sa.Text),
    sa.Column("good", sa.Text),
)

runs = sa.Table(
    "run",
    metadata,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("started_at", Moment, nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
)

documents = sa.Table(
    "document",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)
