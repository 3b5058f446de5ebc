"""`almazara prices events ...`: moves of prices that are announced, such as a tax or new list prices."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from almazara.cli.output import AsJson, Table, load_settings, opened_prices, print_answer
from almazara.errors import InputError
from almazara.words.said import said

app = typer.Typer(help="Announced moves of prices: a tax, a tariff, new list prices.", no_args_is_help=True)


@app.command()
def add(
    day: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="The first day of the new prices.")
    ] = None,
    factor: Annotated[float | None, typer.Option(help="1.02 is a rise by 2 %, 0.9 a fall by 10 %.")] = None,
    group: Annotated[str, typer.Option(help="A product, a shop or a category; all by default.")] = "",
    file: Annotated[Path | None, typer.Option(help="Instead: a CSV file of date, factor, group.")] = None,
    as_json: AsJson = False,
) -> None:
    """Announce a move, or those of a file; of equal ones one is kept."""
    from almazara.prices.forecasting.announced import AnnouncedMove, group_named
    from almazara.prices.forecasting.announced_table import read_moves
    from almazara.prices.forecasting.batch import read_table

    if (file is None) is (day is None) or (day is None) is not (factor is None):
        raise InputError(said("prices.error.move_twice"))
    refused: dict[str, int] = {}
    if day is not None and factor is not None:
        moves = [AnnouncedMove(day.date(), factor, group_named(group))]
    elif file is not None:
        moves, refused = read_moves(read_table(file, load_settings().reading_mb, may_be_empty=True))
    with opened_prices() as prices:
        kept = prices.service.announce(moves)
    told = (f"{one.move_id}: {one.products} products concerned." for one in kept)
    why = (f"{count} rows refused: {reason}" for reason, count in refused.items())
    print_answer({"moves": kept, "refused": refused}, [*told, *why], as_json=as_json)


@app.command("list")
def list_moves(as_json: AsJson = False) -> None:
    """The moves that are announced, in order of their days."""
    with opened_prices() as prices:
        found = prices.service.announced_moves()
    rows = [[one.move_id, one.date, f"{one.factor:g}", one.group or "all", one.products] for one in found]
    print_answer(found, [Table(["move", "from", "factor", "group", "products"], rows)], as_json=as_json)


@app.command()
def remove(
    move_id: Annotated[str, typer.Argument(help="Id of the move; see `list`.")], as_json: AsJson = False
) -> None:
    """Withdraw a move."""
    with opened_prices() as prices:
        prices.service.withdraw(move_id)
    print_answer({"removed": move_id}, [f"Move {move_id} is gone."], as_json=as_json)
