"""`almazara doctor`: what is installed, configured and reachable, and what to do about the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import typer

from almazara.cli.output import AsJson, Table, print_answer, read_settings

if TYPE_CHECKING:
    from almazara.cli.doctor.finding import Check

_WIDTH: Final = 80  # of a terminal


def doctor(as_json: AsJson = False) -> None:
    """Say what is installed, configured and reachable, and what to do."""
    from almazara.cli.doctor import installed, kept, machine, reached

    settings = read_settings()
    checks = [
        *installed.checks(),
        *machine.checks(settings),
        *kept.checks(settings, datetime.now(UTC)),
        *reached.checks(settings),
    ]
    rows = ([check.name, check.state, check.found] for check in checks)
    cures = list(_cures(checks))
    told: list[str | Table] = [Table(["what", "state", "found"], rows), *(["What to do:"] if cures else []), *cures]
    print_answer(checks, told, as_json=as_json)
    if any(check.state == "failed" for check in checks):
        raise typer.Exit(1)


def _cures(checks: Iterable[Check]) -> Iterator[str]:
    """What to do about each, in lines that a terminal does not break: what is copied from them stays in one piece."""
    for check in checks:
        purpose, colon, cure = check.advice.rpartition(": ")
        line = f"  {check.name}: {check.advice}"
        if colon and len(line) > _WIDTH:
            yield f"  {check.name}: {purpose}:\n    {cure}"
        elif check.advice:
            yield line
