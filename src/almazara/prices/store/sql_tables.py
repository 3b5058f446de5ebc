"""The SQL tables of observations, and how moments and amounts are kept exactly in each database."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeVar, cast

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator

from almazara.prices.schema import EPOCH, IMPORTED, TICK, Availability, ListingKind, NamedPrice, Size
from almazara.prices.store.observations import MAX_DECIMALS, MAX_INTEGER_DIGITS

HEAD: Final = "0003"  # the newest revision in migrations/versions
DIGITS: Final = rf"(?=[0.]*[1-9])[0-9]{{1,{MAX_INTEGER_DIGITS}}}(?:\.[0-9]{{1,{MAX_DECIMALS}}})?"
"""How an amount is kept as a text: it is more than nothing."""
_AMOUNT: Final = re.compile(DIGITS)


# SQLite keeps in a column whatever it is given, and Decimal, int and bool read more than we write.


def _amount(kept: str | Decimal) -> Decimal:
    plain = kept if isinstance(kept, str) else format(kept, "f")
    if not _AMOUNT.fullmatch(plain):
        raise ValueError(f"{plain[:40]!r} is no amount")
    return Decimal(kept)


def _whole(kept: object) -> int:
    if type(kept) is not int:
        raise TypeError(f"{str(kept)[:40]!r} is no whole number")
    return kept


def _flag(kept: object) -> bool | None:
    if kept not in {None, 0, 1}:
        raise ValueError(f"{str(kept)[:40]!r} is neither 0 nor 1")
    return None if kept is None else bool(kept)


class Flag(sa.Boolean):
    """Yes or no: BOOLEAN in PostgreSQL, 1 or 0 elsewhere, and nothing else."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ANN401, ARG002
        """What reads it, where the database does not itself."""
        return None if dialect.supports_native_boolean else _flag


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
        return EPOCH + _whole(value) * TICK


class Amount(TypeDecorator[Decimal]):
    """An exact decimal, trailing zeros included: NUMERIC in PostgreSQL, text elsewhere."""

    impl = sa.Text().with_variant(sa.Numeric(), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:  # noqa: ANN401 (str or Decimal)
        """Plain digits where the database has no exact type."""
        return value if value is None or dialect.name == "postgresql" else format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ANN401, ARG002
        """The amount as it was given."""
        return None if value is None else _amount(value)


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
        return msgspec.json.decode(value, type=tuple[self.of, ...]) if value is not None else ()  # type: ignore[name-defined]


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


def joined_readings(dialect: Dialect) -> list[sa.ColumnElement[Any]]:
    """Moments, prices and currencies of a group as `Readings` has them, each column joined by commas; the last moment.

    Moments are doubled, and one more where imported. The database joins them, since a row costs Python more than the
    observation costs the database. It doubles whatever SQLite keeps in their place: of all that the greatest is the
    last moment only where none is a text.
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
    return [*(join(column, _COMMA) for column in (written(marked, sa.Text), *amounts)), sa.func.max(moment)]


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
    sa.Column("tracked", Flag, nullable=False),
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
