"""Forecasts of a file of prices: rows are checked, series filled forward, and nothing is known of them beyond it."""

import codecs
import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from almazara.bounded import megabytes_of
from almazara.errors import InputError
from almazara.files import refuse_endless
from almazara.prices.collecting.plausibility import ALWAYS_PLAUSIBLE, judge_last
from almazara.prices.exchange.rows import PLAIN_NUMBER
from almazara.prices.forecasting.announced import AnnouncedMove, factors, groups_of, restated
from almazara.prices.forecasting.announced_table import GROUP, SURPLUS, TOO_LONG, moves_of_each, read_moves
from almazara.prices.forecasting.models import across
from almazara.prices.forecasting.models.across import AcrossSeries, Each, OfPart, Part
from almazara.prices.forecasting.models.forecaster import horizon_of
from almazara.prices.forecasting.panel import Floats, Panel, filled_forward
from almazara.prices.forecasting.spreading import HERE, spread
from almazara.prices.forecasting.tables_written import in_pieces, require_target, write_table
from almazara.prices.forecasting.tidy import tidy
from almazara.prices.schema import (
    CURRENCY,
    CUTOFF,
    DATE,
    LISTING_ID,
    MODEL,
    PRICE,
    QUANTILE,
    VALUE,
    Availability,
    Observation,
)
from almazara.runs import Progress
from almazara.words.said import said

SERIES_ID: Final = "series_id"
TARGET_DATE: Final = "target_date"
QUANTILES: Final = (0.025, *(round(0.05 * i, 2) for i in range(1, 20)), 0.975)
_SCHEMA: Final = {
    SERIES_ID: pl.String,
    CUTOFF: pl.Date,
    TARGET_DATE: pl.Date,
    QUANTILE: pl.Float64,
    VALUE: pl.Float64,
    MODEL: pl.String,
}
FORECAST_COLUMNS: Final = tuple(_SCHEMA)
LONGEST_HORIZON: Final = 365
_WINDOW_DAYS: Final = 1_100  # what was before says little, and keeps a table of many years within memory
_LARGEST: Final = 1e12
_SMALLEST: Final = 1e-9
_MOMENT: Final = (
    r"^\d{4}-\d{2}-\d{2}"
    r"(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?(?:Z|([+-]\d{2}):?([0-5]\d))?)?$"
)
_NUMBER: Final = f"^{PLAIN_NUMBER.pattern}$"
_ROW, _MINUTE, _LONG = "row", "minute", "long"
_TWICE: Final = re.compile(r"_duplicated_\d+$")  # what Polars calls them
_GZIP: Final = b"\x1f\x8b"
_BLOCK: Final = 1 << 22
_LONGEST_HEADER: Final = 1 << 16
_LONGEST_LINE: Final = 1 << 20
_LONGEST_ID: Final = 300  # characters: the output repeats it in a row a day and quantile
_TIMES_IN_MEMORY: Final = 2  # what is read, and what it is made
_BYTES_OF_CELL: Final = 16  # beside its text
_SHARE: Final = 0.85  # of that memory, which panel and forecasts may take
_BYTES_OF_FLOAT: Final = 8
_AT_ONCE: Final = 1_000  # series that are filled forward together
_TIMES_IN_THE_MAKING: Final = 4  # of what is forecast of one part
_ROWS_AT_ONCE: Final = 100_000  # of the output: as tables all rows would take eight times their values


@dataclass(frozen=True, slots=True)
class BatchInput:
    """What a table holds up to the cutoff.

    Attributes:
        panel: The series, filled forward from their first row to the cutoff, never backward.
        refused_rows: How many rows were not read, by reason.
        refused_series: Why a series gets no forecast.
        held: Of a series whose last price its own history does not make plausible: why. The price before it stands.
        groups: Of each series of the panel: what its name says, and its column `group`, where there is one.
    """

    panel: Panel
    refused_rows: Mapping[str, int]
    refused_series: Mapping[str, str]
    held: Mapping[str, str]
    groups: Sequence[set[str]]


def read_prices(
    table: pl.DataFrame,
    cutoff: date,
    *,
    window_days: int = _WINDOW_DAYS,
    copies: int = 1,
    ahead: int = 0,
    reading_mb: int | None = None,
) -> BatchInput:
    """Check and order the rows of a table up to a cutoff; what came after it is not looked at.

    Args:
        table: All columns as text: series_id, date (a day or an ISO 8601 moment, whose calendar day counts as
            written) and price; currency where there is one. Of several rows of a day the last moment's counts, of
            equal moments the last row; a moment without time zone is taken as UTC, a day is before its moments.
        cutoff: Last day that is known.
        window_days: How many days up to it the panel has at most.
        copies: As often as what is done with the panel holds it at once.
        ahead: How many figures of each series are made and held beside it.
        reading_mb: See `read_table`.

    Raises:
        InputError: where a column is missing, or where panel and figures would take more memory: a small file may hold
            many series of few rows, years apart.
    """
    if missing := [name for name in (SERIES_ID, DATE, PRICE) if name not in table.columns]:
        told = " Part its cells by commas, not by semicolons." if ";" in "".join(table.columns) else ""
        raise InputError(f"The table lacks the columns {', '.join(missing)}: it needs series_id, date and price.{told}")
    rows = _parsed(table)
    known = rows.filter(pl.col(DATE).is_null() | (pl.col(DATE) <= cutoff))
    reason = _refusal()
    refused = known.select(reason.alias("reason")).drop_nulls().group_by("reason").len().sort("reason")
    good = known.filter(reason.is_null())
    mixed = _of_two_currencies(good)
    named = rows.filter(pl.col(SERIES_ID).str.len_chars().is_between(1, _LONGEST_ID))
    without = set(named[SERIES_ID]) - set(good[SERIES_ID])
    refused_series = dict.fromkeys(sorted(without), "no price up to the cutoff") | mixed
    usable = good.filter(~pl.col(SERIES_ID).is_in(list(mixed)))
    days = usable.sort(SERIES_ID, DATE, _MINUTE, _ROW).unique([SERIES_ID, DATE], keep="last", maintain_order=True)
    held = _held(days)
    is_held = pl.col(SERIES_ID).is_in(list(held)) & pl.col(SERIES_ID).is_last_distinct()
    ordered = days.filter(~is_held)
    begin = _begin(ordered, cutoff, window_days)
    _require_room(ordered[SERIES_ID].n_unique(), copies * ((cutoff - begin).days + 1), ahead, megabytes_of(reading_mb))
    panel = _panel(ordered, begin, cutoff)
    said = dict(days.group_by(SERIES_ID).agg(pl.col(GROUP).last()).iter_rows())
    groups = [groups_of(name, said[name]) for name in panel.names]
    return BatchInput(panel, dict(refused.iter_rows()), refused_series, held, groups)


def forecast_batch(
    panel: Panel,
    model: AcrossSeries,
    horizon_days: int,
    each: Each = map,
    moves: Sequence[Sequence[AnnouncedMove]] = (),
) -> pl.LazyFrame:
    """Forecast all series of `read_prices`, however short, for 1 to LONGEST_HORIZON days, wherever `each` is done.

    Args:
        panel: The series.
        model: What forecasts them.
        horizon_days: How far ahead.
        each: See `spread`.
        moves: Announced, of each series: those of the past teach nothing, those to come count from their day on.

    Returns:
        FORECAST_COLUMNS, sorted by series, target date and quantile (QUANTILES); values positive, never crossing.
        They are computed; the table is made piece by piece when it is written or collected.
    """
    if horizon_of(horizon_days) > LONGEST_HORIZON:
        raise InputError(f"A horizon of {horizon_days} days is too long: ask for {LONGEST_HORIZON} at most.")
    if panel.names:
        values = model.by_part(restated(panel, moves), horizon_days, QUANTILES, each)
        for row, announced in enumerate(moves):
            values[row] *= factors(announced, panel.last_day, horizon_days)[:, None]
    else:
        values = np.empty((0, horizon_days, len(QUANTILES)))
    return in_pieces(partial(_tables, panel, values, model.name), _SCHEMA)


def _tables(panel: Panel, values: Floats, model: str) -> Iterator[pl.DataFrame]:
    """The table of `forecast_batch` piece by piece, one at least."""
    step = max(1, _ROWS_AT_ONCE // values[:1].size) if panel.names else 1
    for first in range(0, max(len(panel.names), 1), step):
        rows = np.arange(first, min(first + step, len(panel.names)))
        table = tidy(panel.of(rows), values[rows], QUANTILES).rename({LISTING_ID: SERIES_ID, DATE: TARGET_DATE})
        yield table.with_columns(pl.lit(model).alias(MODEL)).select(FORECAST_COLUMNS)


def _parsed(table: pl.DataFrame) -> pl.DataFrame:
    """Series, day, minute of that day (in UTC, it may be below 0) and price of each row; null where not to be read."""
    text = pl.col(DATE).str.strip_chars()
    hours, minutes, seconds, ahead, more = (text.str.extract(_MOMENT, group).cast(pl.Float64) for group in range(1, 6))
    sign = pl.when(text.str.extract(_MOMENT, 4).str.starts_with("-")).then(-1).otherwise(1)
    offset = 60 * ahead + sign * more
    day = pl.when(text.str.contains(_MOMENT)).then(text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False))
    price = pl.col(PRICE).str.strip_chars()
    has_currency, has_group = CURRENCY in table.columns, GROUP in table.columns
    return table.select(
        pl.col(SERIES_ID).fill_null("").str.strip_chars(),
        day.alias(DATE),
        (60 * hours + minutes + seconds.fill_null(0) / 60 - offset.fill_null(0)).alias(_MINUTE),
        pl.when(price.str.contains(_NUMBER)).then(price.cast(pl.Float64, strict=False)).alias(PRICE),
        (pl.col(CURRENCY).str.strip_chars().str.to_uppercase() if has_currency else pl.lit("")).alias(CURRENCY),
        (pl.col(GROUP).str.strip_chars() if has_group else pl.lit("")).alias(GROUP),
        pl.any_horizontal(pl.lit(value=False), pl.col("^(" + "|".join(SURPLUS) + ")$").is_not_null()).alias(_LONG),
    ).with_row_index(_ROW)


def _refusal() -> pl.Expr:
    """Why a row is refused, or null."""
    price = pl.col(PRICE)
    return (
        pl.when(_LONG)
        .then(pl.lit(TOO_LONG))
        .when(pl.col(SERIES_ID) == "")
        .then(pl.lit("no series_id"))
        .when(pl.col(SERIES_ID).str.len_chars() > _LONGEST_ID)
        .then(pl.lit(f"the series_id has more than {_LONGEST_ID} characters"))
        .when(pl.col(DATE).is_null())
        .then(pl.lit("the date is no ISO 8601 day or moment"))
        .when(price.is_null() | ~price.is_finite() | ~price.is_between(_SMALLEST, _LARGEST))
        .then(pl.lit("the price is no positive number"))
    )


def _of_two_currencies(rows: pl.DataFrame) -> dict[str, str]:
    named = rows.filter(pl.col(CURRENCY) != "").group_by(SERIES_ID).agg(pl.col(CURRENCY).unique().sort())
    mixed = named.filter(pl.col(CURRENCY).list.len() > 1).sort(SERIES_ID)
    return {name: f"prices in several currencies ({', '.join(found)})" for name, found in mixed.iter_rows()}


def _held(days: pl.DataFrame) -> dict[str, str]:
    """The series whose last price is to be held, and why; rows are in order of series and day."""
    last = days.group_by(SERIES_ID, maintain_order=True).agg(pl.col(PRICE).tail(2))
    moved = last.filter(pl.col(PRICE).list.max() > float(ALWAYS_PLAUSIBLE) * pl.col(PRICE).list.min())
    found = days.filter(pl.col(SERIES_ID).is_in(moved[SERIES_ID].implode()))
    until, held = days.select(pl.col(DATE).max().cast(pl.Datetime(time_zone="UTC"))).item(), {}
    for series in found.partition_by(SERIES_ID, maintain_order=True):
        *history, reading = (
            Observation(
                name, datetime.combine(day, time(), UTC), Availability.UNKNOWN, Decimal(str(price)), currency or None
            )
            for name, day, price, currency in series.select(SERIES_ID, DATE, PRICE, CURRENCY).iter_rows()
        )
        if reason := judge_last(history, reading, until=until).reason:
            held[reading.listing_id] = reason
    return held


def _begin(ordered: pl.DataFrame, cutoff: date, window_days: int) -> date:
    """The panel's first day."""
    first = ordered[DATE].min()
    return max(first, cutoff - timedelta(days=window_days - 1)) if isinstance(first, date) else cutoff


def _require_room(series: int, before: int, ahead: int, megabytes: int) -> None:
    figures = series * (before + ahead) + _TIMES_IN_THE_MAKING * min(series, across.PART) * ahead
    if _BYTES_OF_FLOAT * figures > _SHARE * megabytes * 1_000_000:
        raise InputError(said("prices.error.panel", n=series, most=megabytes))


def _panel(ordered: pl.DataFrame, begin: date, cutoff: date) -> Panel:
    """The panel of one row a day; what lies before its first day counts as that day's price."""
    if ordered.is_empty():
        return Panel.empty()
    names = ordered[SERIES_ID].unique(maintain_order=True)
    numbers = ordered[SERIES_ID].rle_id().to_numpy().astype(np.int64)
    columns = (ordered[DATE] - begin).dt.total_days().to_numpy().clip(0)
    prices = np.full((len(names), (cutoff - begin).days + 1), np.nan)
    prices[numbers, columns] = ordered[PRICE].to_numpy()  # in order of time: of the days before, the last one counts
    for first in range(0, len(names), _AT_ONCE):  # all at once would take four times the panel
        prices[first : first + _AT_ONCE] = filled_forward(prices[first : first + _AT_ONCE])
    return Panel.whole(tuple(names), begin, prices)


def read_table(path: Path, reading_mb: int | None = None, *, may_be_empty: bool = False) -> pl.DataFrame:
    """The rows of a CSV file with a header, plain or gzip; rows of fewer cells are filled.

    What rows have beyond the header is in the columns SURPLUS, since 6,99 is a price to whoever wrote it.

    Raises:
        InputError: when it cannot be read, has no rows, or would take more memory.
    """
    megabytes = megabytes_of(reading_mb)
    most = megabytes * 1_000_000
    try:
        refuse_endless(path)
        with path.open("rb") as stored, gzip.open(stored) if stored.peek(2)[:2] == _GZIP else stored as content:
            header = content.readline(_LONGEST_HEADER).rstrip(b"\r\n")
            begin = b",".join((header, *(name.encode() for name in SURPLUS))) + b"\n"
            raw = begin + content.read(most // _TIMES_IN_MEMORY + 1)
        cells = raw.count(b",") + (1 + len(SURPLUS)) * raw.count(b"\n")
        if _TIMES_IN_MEMORY * len(raw) + _BYTES_OF_CELL * cells > most:
            told = f"{path.name} takes more than {megabytes} MB of memory to read"
            raise InputError(f"{told}: for files that you trust set ALMAZARA_READING_MB higher.")
        _require_short_lines(raw)
        decoder = codecs.getincrementaldecoder("utf-8")()
        for start in range(0, len(raw), _BLOCK):  # as one text it would take up to four times its bytes
            decoder.decode(raw[start : start + _BLOCK], final=start + _BLOCK >= len(raw))
        table = pl.read_csv(raw, infer_schema=False, truncate_ragged_lines=True)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (EOFError, zlib.error, UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{path.name} is no readable CSV file: {str(error).splitlines()[0]}.") from error
    if twice := [name for name in table.columns if _TWICE.search(name)]:
        raise InputError(f"The header of {path.name} names a column twice: {_TWICE.sub('', twice[0])}.")
    if table.is_empty():
        if may_be_empty:
            return table
        raise InputError(f"{path.name} has no rows.")
    if max(table.select(pl.all().str.len_bytes().max().fill_null(0)).row(0)) > _LONGEST_LINE:
        raise InputError(f"{path.name} has a cell of more than a million characters: it is no table of prices.")
    return table


def _require_short_lines(raw: bytes) -> None:
    begin = 0
    while len(raw) - begin > _LONGEST_LINE:
        end = raw.rfind(b"\n", begin, begin + _LONGEST_LINE)
        if end < 0:
            raise InputError("The file has a line of more than a million characters: it is no table of prices.")
        begin = end + 1


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What became of a file: how many series were forecast, and what was refused or held (see `BatchInput`)."""

    forecast: int
    refused_rows: dict[str, int]
    refused_series: dict[str, str]
    held: dict[str, str]
    refused_events: dict[str, int] = field(default_factory=dict)


def forecast_file(
    source: Path,
    target: Path,
    *,
    cutoff: date,
    horizon_days: int,
    events: Path | None = None,
    progress: Progress,
    on: str = HERE,
    reading_mb: int | None = None,
) -> BatchReport:
    """Forecast each series of a CSV file into a Parquet or CSV file, in a place that `spread` knows.

    Args:
        source: See `read_prices`.
        target: See `write_table`.
        cutoff: Last day that is known.
        horizon_days: How far ahead.
        events: A CSV file of announced moves; see `read_moves`.
        progress: Told of each part that is done.
        on: Where.
        reading_mb: See `read_table`.
    """
    from almazara.prices.forecasting.models.ensemble import Ensemble

    require_target(target, source)
    with spread(on) as each:
        progress("reading prices", 0, 0)
        copies = 1 + (events is not None) + (on != HERE)  # one in the prices of its end, one on its way to others
        ahead = horizon_of(horizon_days) * len(QUANTILES)
        found = read_prices(read_table(source, reading_mb), cutoff, copies=copies, ahead=ahead, reading_mb=reading_mb)
        moves, refused_events = announced_in(events, found.groups, reading_mb)
        progress("forecasting", 0, 0)
        counted = _counted(each, progress, len(found.panel.names))
        table = forecast_batch(found.panel, Ensemble(), horizon_days, counted, moves)
    write_table(target, table)
    refused = dict(found.refused_rows), dict(found.refused_series)
    return BatchReport(len(found.panel.names), *refused, dict(found.held), refused_events)


def announced_in(
    events: Path | None, groups: Sequence[set[str]], reading_mb: int | None
) -> tuple[list[list[AnnouncedMove]], dict[str, int]]:
    """The moves that a file announces, of each series by its groups, and why rows do not count; none without a file."""
    told = read_moves(read_table(events, reading_mb, may_be_empty=True)) if events else ([], {})
    return moves_of_each(groups, *told)


def _counted(each: Each, progress: Progress, series: int) -> Each:
    """The same, telling of each part that is done."""
    number = -(-series // across.PART)

    def counted(work: OfPart, parts: Iterable[Part]) -> Iterator[Floats]:
        for done, found in enumerate(each(work, parts), 1):
            yield found
            progress("forecasting", done, number)

    return counted
