"""An evaluation as the page of the recommender shows it: intervals beside the peers, their table, and what they say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from almazara.figures.chart import Axis, Band, Chart, Dots, Mark, Place, Role, Scale, Table
from almazara.figures.keys import legend
from almazara.figures.svg import draw
from almazara.movies.judging.kept_evaluation import (
    EvaluationAnswer,
    MeasuredMethod,
    MeasuredMetric,
    MeasuredSimilar,
    MeasuredSplit,
)
from almazara.web.page import drawn
from almazara.words.numbers import Language
from almazara.words.said import Figure, Said, is_worded, named, said, text_of

_BESIDE: Final = ("recall_at_20", "map_at_10", "coverage_at_10", "novelty_at_10")
"""Metrics that the table has beside the one that decides."""
_DECIMALS: Final = 4


@dataclass(frozen=True, slots=True)
class Measured:
    """One split of an evaluation.

    Attributes:
        splits: Each by its name in the address and in words, and whether it is the one shown.
        sentence: What the picture shows: the served method beside the best of other libraries.
        similar: What lists of similar films are worth, where it was measured.
    """

    evaluation: EvaluationAnswer
    split: MeasuredSplit
    splits: Sequence[tuple[str, Said | str, bool]]
    sentence: Said
    picture: Markup
    table: Table
    similar: Table | None


def measured(evaluation: EvaluationAnswer, asked: str | None, language: Language) -> Measured:
    """The split that an address asks for, or else the first, which models are published by."""
    splits = evaluation.particiones
    split = next((one for one in splits if one.particion == asked), splits[0])
    metric = evaluation.metrica_principal
    found = [(method, one) for method in split.metodos if (one := _metric(method, metric)) is not None]
    sentence = _sentence(found, metric)
    axis = Axis(label=text_of(_named(metric), language))
    chart = Chart(sentence.text(language), Axis(Scale.NAME), axis, list(_marks(found, language)), language)
    return Measured(
        evaluation,
        split,
        [(one.particion, split_name(one.particion), one is split) for one in splits],
        sentence,
        drawn(legend(chart) + draw(chart)),
        _table(split, metric, language),
        None if evaluation.similares is None else _similar(evaluation.similares, language),
    )


Found = tuple[MeasuredMethod, MeasuredMetric]


def split_name(name: str) -> Said | str:
    """What a way to hold out is called."""
    known, _, films = name.partition("-")
    if films.isdecimal():  # of users of whom so many films are known
        return said(f"site.split.{known}", n=int(films))
    code = f"site.split.{name}"
    return said(code) if is_worded(code) else name


def _metric(method: MeasuredMethod, name: str) -> MeasuredMetric | None:
    return next((one for one in method.metricas if one.metrica == name), None)


def _named(metric: str) -> Said | str:
    code = f"site.metric.{metric}"
    return said(code) if is_worded(code) else metric


def _ends(one: MeasuredMetric) -> tuple[float, float]:
    """Its interval; where it has none, the value alone."""
    return one.valor if one.bajo is None else one.bajo, one.valor if one.alto is None else one.alto


def _sentence(found: Sequence[Found], metric: str) -> Said:
    """The served method and the best one of other libraries, and whether their intervals leave it open."""
    served = next((one for one in found if one[0].servido), None)
    peer = max((one for one in found if one[0].biblioteca), key=lambda one: one[1].valor, default=None)
    if served is None:
        return said("site.measured.not_served", n=len(found))
    own = _figures(served, "", metric)
    if peer is None:
        return said("site.measured.alone", **own)
    low, high = _ends(served[1])
    peer_low, peer_high = _ends(peer[1])
    verdict = "above" if low > peer_high else "below" if high < peer_low else "open"
    return said(
        "site.measured.beside", **own, **_figures(peer, "peer_", metric), verdict=said(f"site.measured.{verdict}")
    )


def _figures(found: Found, prefix: str, metric: str) -> dict[str, Figure]:
    """A method's name, library, value and interval, and which metric they are of."""
    method, one = found
    low, high = _ends(one)
    figures: dict[str, Figure] = {
        "method": named("recommender", method.metodo),
        "library": method.biblioteca or "",
        "metric": _named(metric),
        "value": one.valor,
        "low": low,
        "high": high,
    }
    return {f"{prefix}{name}": figure for name, figure in figures.items()}


def _marks(found: Sequence[Found], language: Language) -> Iterator[Mark]:
    """The intervals of all, best first, then the values of ours and of others, which look otherwise."""
    ends = [_ends(one) for _, one in found]
    names = [_name(method, language) for method, _ in found]
    interval = said("site.measured.interval").text(language)
    yield Band(interval, names, [low for low, _ in ends], [high for _, high in ends], Role.LISTED)
    kinds = {
        "served": (Role.TARGET, [one for one in found if one[0].servido]),
        "ours": (Role.OBSERVED, [one for one in found if not one[0].servido and one[0].biblioteca is None]),
        "peers": (Role.BESIDE, [one for one in found if one[0].biblioteca]),
    }
    for kind, (role, some) in kinds.items():
        if some:
            name = said(f"site.measured.{kind}").text(language)
            yield Dots(name, [_name(method, language) for method, _ in some], [one.valor for _, one in some], role=role)


def _table(split: MeasuredSplit, metric: str, language: Language) -> Table:
    others = [name for name in _BESIDE if any(_metric(method, name) for method in split.metodos)]
    words = ["method", "library", "from", "to", "cpu", "per_user", "memory"]
    method, library, low, high, *costs = (said(f"site.measured.{word}").text(language) for word in words)
    named = [text_of(_named(name), language) for name in (metric, *others)]
    rows = [_row(one, metric, others, language) for one in split.metodos]
    return Table([method, library, named[0], low, high, *named[1:], *costs], rows)


def _similar(found: MeasuredSimilar, language: Language) -> Table:
    values = found.nested()
    metrics = list(dict.fromkeys(metric for one in values.values() for metric in one))
    header = [said("site.measured.method").text(language), *(text_of(_named(metric), language) for metric in metrics)]
    rows: list[list[Place | None]] = [
        [
            _lister(name, language),
            *(None if metric not in one else round(one[metric], _DECIMALS) for metric in metrics),
        ]
        for name, one in values.items()
    ]
    return Table(header, rows)


def _lister(name: str, language: Language) -> str:
    """What a way to list similar films is called, as the beginning of a row."""
    code = f"site.method.{name}"
    called = text_of(said(code) if is_worded(code) else named("recommender", name), language)
    return called[:1].upper() + called[1:]


def _name(method: MeasuredMethod, language: Language) -> str:
    return text_of(named("recommender", method.metodo), language)


def _row(method: MeasuredMethod, metric: str, others: Sequence[str], language: Language) -> list[Place | None]:
    own, cost = _metric(method, metric), method.coste
    values = [None] * 3 if own is None else [own.valor, own.bajo, own.alto]
    beside = (_metric(method, name) for name in others)
    values += [None if one is None else one.valor for one in beside]
    values += [cost.segundos_cpu, cost.milisegundos_por_usuario, cost.megabytes]
    return [
        _name(method, language),
        method.biblioteca,
        *(None if one is None else round(one, _DECIMALS) for one in values),
    ]
