"""What commands share in showing: settings, progress, tables and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from almazara.errors import InputError

if TYPE_CHECKING:
    from almazara.runs import Progress
    from almazara.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for a machine to read.")]


def load_settings() -> Settings:
    """The settings of the environment.

    Raises:
        InputError: naming each setting that cannot be used.
    """
    from pydantic import ValidationError

    from almazara.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"ALMAZARA_{one['loc'][0]}".upper() + f": {one['msg']}" for one in error.errors())
        raise InputError(f"A setting cannot be used: {wrong}.") from error


@contextmanager
def showing_progress() -> Iterator[Progress]:
    """A progress display on standard error; each stage is a line that ends when the next one begins."""
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Display

    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    display = Display(*columns, console=Console(stderr=True))
    tasks: dict[str, Any] = {}

    def end_stages() -> None:
        for task in tasks.values():
            display.update(task, total=1, completed=1)

    def show(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            end_stages()
            tasks[stage] = display.add_task(stage[:1].upper() + stage[1:], total=total or None)
            display.start()
        display.update(tasks[stage], completed=done, total=total or None)

    try:
        yield show
        end_stages()
    finally:
        display.stop()


def print_json(value: object) -> None:
    """One JSON value on standard output, dataclasses as objects, amounts as strings; bytes are JSON already."""
    import msgspec

    encoded = value if isinstance(value, bytes) else msgspec.json.encode(value)
    typer.echo(msgspec.json.format(encoded, indent=1))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table on standard output."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns)
    table.columns[0].no_wrap = True  # ids are copied from here
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    Console().print(table)


def print_refused(told: str, rows: Mapping[str, int], series: Mapping[str, str]) -> None:
    """What became of a file, how much of it was refused, and why."""
    typer.echo(f"{told}; {len(series)} series and {sum(rows.values())} rows refused.")
    for reason, count in rows.items():
        typer.echo(f"{count} rows: {reason}")
    for name, reason in series.items():
        typer.echo(f"{name}: {reason}")
