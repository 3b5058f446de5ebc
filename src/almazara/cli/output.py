"""What commands share: settings, the price product opened and closed, progress, answers in words or in JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer

from almazara.errors import InputError
from almazara.words.numbers import Language

if TYPE_CHECKING:
    from rich.table import Column
    from rich.table import Table as Grid

    from almazara.app.prices import Prices
    from almazara.live import Live
    from almazara.runs import Progress
    from almazara.settings import Settings

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)
_WIDEST: Final = 10_000  # cells of a line that nobody looks at on a screen
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys (C0 but newline and tab, C1), or orders the letters of a line by."""
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for a machine to read.")]


def harmless(text: object) -> str:
    """The text without what a terminal would obey: a page, file or backup may be a stranger's."""
    return _CONTROL.sub("", str(text))


def say(text: object, *, err: bool = False) -> None:
    """A line on standard output, or on standard error; all that commands print in words goes through here."""
    typer.echo(harmless(text), err=err)


def load_settings() -> Settings:
    """The settings of the environment, and traces of the work where they ask for them.

    Raises:
        InputError: which names each that cannot be used.
        MissingExtraError: when traces are asked for without the extra that sends them.
    """
    from almazara import tracing

    settings = read_settings()
    if not tracing.is_on():
        tracing.configure(settings.otlp_endpoint)
    return settings


def read_settings() -> Settings:
    """The settings of the environment, and nothing else; an InputError names each that cannot be used."""
    from pydantic import ValidationError

    from almazara.settings import Settings, unknown_settings

    try:
        unknown, settings = unknown_settings(), Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"ALMAZARA_{one['loc'][0]}".upper() + f": {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors()
        )
        raise InputError(f"A setting cannot be used: {wrong}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"The file .env is no text in UTF-8 ({error}): save it as such.") from error
    except OSError as error:
        raise InputError(f"The file .env cannot be read: {error.strerror or error}.") from error
    if unknown:
        told = (f"{name[:60]} (did you mean {near}?)" if near else name[:60] for name, near in unknown.items())
        raise InputError(f"There is no setting {', no setting '.join(told)}: docs/settings.md lists them; unset it.")
    return settings


def language(default: Language) -> Language:
    """The language that the settings name, else the one in which the command always spoke."""
    return Language(load_settings().language or default)


def one_of(words: type[Word], text: str, what: str) -> Word:
    """The word of a list that an option names; an InputError says what the list is of, and its words."""
    try:
        return words(text)
    except ValueError:
        raise InputError(f"{text[:40]!r} is no {what}: choose one of {', '.join(words)}.") from None


@contextmanager
def opened_prices(*, patient: bool = False) -> Iterator[Prices]:
    """The price product of the environment, closed at the end; who is `patient` waits for a store that is away."""
    from almazara.app.prices import open_prices
    from almazara.prices.store.patience import patiently

    settings = load_settings()
    prices = patiently("open", lambda: open_prices(settings, serving=False), lambda: not patient)
    try:
        yield prices
    finally:
        prices.close()


def newest_whole(live: Live[T], product: str) -> Live[T]:
    """What a command answers from: what is published, or, as in a server, the newest version that is whole.

    Args:
        live: What is not opened yet.
        product: The word of its commands, for the notice that another one answers.
    """
    live.refresh()
    if live.version and live.refused:
        say(
            f"The published version {live.refused} of {live.kind} is damaged or cannot be opened: "
            f"{live.version} answers. `almazara {product} rollback {live.version}` makes it the published one.",
            err=True,
        )
    return live


@contextmanager
def showing_progress() -> Iterator[Progress]:
    """A progress display on standard error; each stage is a line that ends when the next one begins."""
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Display

    name = TextColumn("{task.description}", markup=False)  # `[x].csv` is what it is
    columns = (SpinnerColumn(finished_text="✓"), name, BarColumn(), TimeElapsedColumn())
    display = Display(*columns, console=Console(stderr=True))
    tasks: dict[str, Any] = {}

    def end_stages() -> None:
        for task in tasks.values():
            display.update(task, total=1, completed=1)

    def show(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            end_stages()
            tasks[stage] = display.add_task(harmless(stage[:1].upper() + stage[1:]), total=total or None)
            display.start()
        display.update(tasks[stage], completed=done, total=total or None)

    try:
        yield show
        end_stages()
    finally:
        display.stop()


@dataclass(frozen=True, slots=True)
class Table:
    """A table, as a part of an answer in words.

    Attributes:
        cut: Columns that a narrow terminal may cut to one line, the first of them the least; others are folded.
    """

    columns: Sequence[str]
    rows: Iterable[Sequence[object]]
    cut: Sequence[str] = ()


def print_answer(answer: object, words: Iterable[str | Table], *, as_json: bool) -> None:
    """An answer on standard output: as one JSON value for a machine, or in words for a reader, line by line.

    In JSON dataclasses are objects and amounts strings; bytes are JSON already.
    """
    if as_json:
        import msgspec

        encoded = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
        text = msgspec.json.format(encoded, indent=1).decode()
        typer.echo(_CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text))
        return
    for part in words:
        if isinstance(part, Table):
            _print_table(part)
        else:
            say(part)


def _print_table(shown: Table) -> None:
    """On a terminal within its width, longest cells folded or cut; into a file or pipe a row is a line."""
    from rich import table
    from rich.console import Console

    console = Console(markup=False, emoji=False, highlight=False)  # `almazara[boost]` and `:smile:` are what they are
    if not console.is_terminal:
        console.width = _WIDEST
    grid = table.Table(*(table.Column(name, overflow="fold") for name in shown.columns))
    for row in shown.rows:
        grid.add_row(*map(harmless, row))
    if shown.cut and console.is_terminal:
        _cut_to(console.width, grid, shown.cut)
    else:  # ids are copied from the first column; longer ones leave no room
        grid.columns[0].no_wrap = _natural_width(grid.columns[0]) <= console.width // 2
    console.print(grid)


def _cut_to(width: int, grid: Grid, names: Sequence[str]) -> None:
    """Let columns share the room that the others leave, the first of them twice as much, where it is too little."""
    if sum(_natural_width(column) + len(" │ ") for column in grid.columns) + len("│") <= width:
        return
    grid.expand = True
    for column in grid.columns:
        if column.header in names:
            column.no_wrap, column.overflow, column.ratio = True, "ellipsis", 1 + (column.header == names[0])


def _natural_width(column: Column) -> int:
    from rich.cells import cell_len

    return max(cell_len(str(cell)) for cell in (column.header, *column.cells))
