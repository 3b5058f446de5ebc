"""The sentences of the film answers, as codes and figures; their words stand in `words/films.toml`."""

from collections.abc import Sequence
from typing import Final

from almazara.words.said import Said, named, said

_NAMED: Final = 5


def film(title: str, year: int, directors: Sequence[str], genres: Sequence[str]) -> Said:
    """For /peliculas/{id}."""
    directed = said("films.film.directed", names=directors) if directors else ""
    of_genres = said("films.film.genres", names=[named("genre", one) for one in genres]) if genres else ""
    return said("films.film.about", title=title, year=str(year), directed=directed, genres=of_genres)


def score(title: str, year: int, popularity: float | None, average: float | None) -> Said:
    """For /score_titulo."""
    known, rated = _known("popularity", popularity), _known("average", average)
    return said("films.film.score", title=title, year=str(year), popularity=known, average=rated)


def _known(what: str, value: float | None) -> Said:
    return said(f"films.film.no_{what}") if value is None else said(f"films.film.{what}", value=value)


def votes(title: str, year: int, count: int, average: float | None, needed: int) -> Said:
    """For /votos_titulo; `average` is None when the votes do not suffice."""
    if average is None:
        return said("films.film.few_votes", title=title, year=str(year), n=count, needed=needed)
    return said("films.film.votes", title=title, year=str(year), n=count, average=average)


def runtime(title: str, year: int, minutes: int | None) -> Said:
    """For /peliculas_duracion."""
    if minutes is None:
        return said("films.film.no_runtime", title=title, year=str(year))
    return said("films.film.runtime", title=title, year=str(year), n=minutes)


def person(
    role: str, name: str, count: int, *, total: float, known: int, median: float | None, doubtful: Sequence[str]
) -> Said:
    """For /get_actor and /get_director; `role` is `actor` or `director`."""
    returns = said("films.person.no_returns")
    if median is not None:
        returns = said("films.person.returns", total=total, n=known, median=median)
    return said(f"films.person.{role}", name=name, n=count, returns=returns, doubtful=_doubtful(doubtful))


def _doubtful(titles: Sequence[str]) -> Said | str:
    if not titles:
        return ""
    more = said("films.person.more", n=len(titles) - _NAMED) if len(titles) > _NAMED else ""
    return said("films.person.doubtful", titles=titles[:_NAMED], more=more)


def decade(year: int) -> Said:
    """`años 90`, and with the century where two digits could mean two decades.

    >>> decade(1994).text(), decade(2003).text(), decade(1896).text()
    ('años 90', 'años 2000', 'años 1890')
    """
    start = year // 10 * 10
    if 1910 <= start < 2000:  # noqa: PLR2004 - the twentieth century
        return said("films.decade.of_1900s", tens=str(start % 100))
    return said("films.decade.other", start=str(start))


def recommendation(
    title: str, year: int, recommended: Sequence[str], *, n: int, filtered: bool = False, unseen: bool = False
) -> Said:
    """For /recomendacion. `filtered`: only some films could come; `unseen`: asked for viewers who are not there."""
    if not recommended and filtered:
        return said("films.similar.filtered_out")
    if not recommended:
        return said("films.similar.nothing", title=title, year=str(year))
    few = said("films.similar.few", n=len(recommended)) if filtered and len(recommended) < n else ""
    code = "films.similar.unseen" if unseen else "films.similar.found"
    return said(code, title=title, year=str(year), titles="; ".join(recommended), few=few)
