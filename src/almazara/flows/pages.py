"""What a walk came to, as a page in Markdown."""

import html
from collections.abc import Iterable, Iterator, Sequence

from almazara.artifacts import Artifact
from almazara.movies.renewing.training import Outcome
from almazara.prices.collecting.runs import RunView

_PROBLEMS_SHOWN = 50


def of_films(outcome: Outcome) -> str:
    """A retraining: what became of the new model, both models' metrics, how far the data has moved."""
    told = outcome.comparison.described()
    new, published = told["challenger"], told["champion"]
    measured = ([name, _number(value), _number(published.get(name))] for name, value in new.items())
    moved = ([part, name, _number(value)] for part, of_part in outcome.drift.items() for name, value in of_part.items())
    return _page(
        outcome.sentence(),
        _table("On held-out ratings", ["metric", "new", "published"], measured),
        _table("Drift of the data", ["of", "field", "index or share"], moved),
    )


def forecasts_in_words(published: Artifact) -> str:
    """The version of the forecasts, and how many products it forecasts."""
    made = published.manifest["metrics"]
    return f"version {published.version}, {made['forecast']} products, {made['refused']} refused."


def of_prices(run: RunView, forecasts: str, alerts: str) -> str:
    """A reading and what followed: its outcomes and problems, the forecasts, the alerts."""
    problems = ([one.outcome, one.listing_id, one.reason] for one in run.problems[:_PROBLEMS_SHOWN])
    return _page(
        f"Run {run.run_id} of {', '.join(run.shops)}.",
        _table("Read", ["outcome", "products"], ([name, str(count)] for name, count in run.counts.items() if count)),
        _table("Problems", ["outcome", "product", "why"], problems),
        [f"Forecasts: {_cell(forecasts)}"],
        [f"Alerts: {alerts}"],
    )


def _page(first: str, *parts: Iterable[str]) -> str:
    return "\n\n".join([_cell(first), *("\n".join(part) for part in parts)]).strip() + "\n"


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table under its title; nothing where it has no rows."""
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    if lines:
        yield from (f"## {title}", "", f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}", *lines)


def _cell(text: str) -> str:
    """A text that is a text in a table, whatever a page put into it."""
    return html.escape(" ".join(text.split()), quote=False).replace("|", "\\|")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
