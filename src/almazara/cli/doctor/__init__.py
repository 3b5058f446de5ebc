"""`almazara doctor`: what is installed, configured and reachable, and what to do about the rest."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

import typer

from almazara.cli.output import AsJson, Table, print_answer, read_settings


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
    rows = (list(asdict(check).values()) for check in checks)
    print_answer(checks, [Table(["what", "state", "found", "what to do"], rows)], as_json=as_json)
    if any(check.state == "failed" for check in checks):
        raise typer.Exit(1)
