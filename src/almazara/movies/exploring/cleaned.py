"""What cleaning kept, merged and dropped of the raw files, and the rows that it put aside."""

from collections import Counter
from collections.abc import Mapping
from itertools import chain
from typing import Any, Final

import msgspec

from almazara.figures.chart import Axis, Bars, Cells, Scale, Table
from almazara.figures.explored import NO_CLAUSE, Drawing, Explored
from almazara.movies.exploring.films import Selection
from almazara.words.said import named

_QUARANTINED: Final = "quarantined:"
_Quarantined = tuple[str, int, str, str]
"""File, row, reason and the beginning of the content."""


def cleaning(chosen: Selection, draw: Drawing) -> Explored:
    """What became of the rows of each file; filters do not matter."""
    files = chosen.films.report["files"]
    fates = {name: _fates(file, draw) for name, file in files.items()}
    reasons = list(dict.fromkeys(chain.from_iterable(fates.values())))
    values = [[fate.get(reason) for reason in reasons] for fate in fates.values()]
    rows = [(name, files[name]["read"], *one) for name, fate in fates.items() for one in fate.items()]
    films = next(iter(files.values()))
    merged, dropped = (sum(films[kind].values()) for kind in ("merged", "dropped"))
    return draw.figure(
        draw.said("sentence", read=films["read"], kept=films["kept"], merged=merged, dropped=dropped),
        (Axis(Scale.NAME), Axis(Scale.NAME)),
        [Cells(draw.word("rows"), reasons, list(fates), values)],
        Table(draw.words("file", "read", "fate", "rows"), rows),
    )


def _fates(file: Mapping[str, Any], draw: Drawing) -> Counter[str]:
    """How many rows of a file were kept, merged and dropped, by reason in words."""
    fates: Counter[str] = Counter()
    for reason, rows in {"kept": file["kept"], **file["merged"], **file["dropped"]}.items():
        fates[draw.written(named("reason", reason.removeprefix(_QUARANTINED)))] += rows
    return fates


def quarantined(chosen: Selection, draw: Drawing) -> Explored:
    """The rows and cells that could not be read surely, as they stood; filters do not matter."""
    kept = chosen.films.quarantine
    found = [msgspec.json.decode(kept.encoded(row), type=_Quarantined) for row in range(len(kept))]
    if not found:
        return draw.nothing(draw.said("none"))
    reasons = Counter(draw.written(named("reason", reason)) for _, _, reason, _ in found)
    rows = [(file, str(row), draw.written(named("reason", reason)), content) for file, row, reason, content in found]
    every = _put_aside(chosen.films.report)
    cut = draw.said("cut", shown=len(found)) if len(found) < every else NO_CLAUSE
    sentence = draw.said("sentence", all=every, cut=cut)
    axes = Axis(Scale.NAME), Axis(label=draw.word("rows"), from_zero=True)
    marks = [Bars(draw.word("rows"), list(reasons), list(reasons.values()))]
    return draw.figure(sentence, axes, marks, Table(draw.words("file", "row", "reason", "content"), rows))


def _put_aside(report: Mapping[str, Any]) -> int:
    """How many rows and cells are in quarantine, as the report counts them."""
    dropped = [(why, rows) for file in report["files"].values() for why, rows in file["dropped"].items()]
    refused = [rows for why, rows in dropped if why.startswith(_QUARANTINED)]
    return sum([*refused, *report["cells"].values()])
