"""The Spanish sentences of the film answers."""

from collections.abc import Sequence


def number(value: float, decimals: int = 0) -> str:
    """A number as Spanish writes it: point for thousands, comma for decimals.

    Example:
        >>> number(45346), number(-3.14159, 2)
        ('45.346', '-3,14')
    """
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def films(count: int) -> str:
    """`1 película`, `2 películas`."""
    return f"{number(count)} película" if count == 1 else f"{number(count)} películas"


def released(count: int) -> str:
    """`se estrenó 1 película`, `se estrenaron 2 películas`."""
    return f"se {'estrenó' if count == 1 else 'estrenaron'} {films(count)}"


def month(name: str, count: int) -> str:
    """For /cantidad_filmaciones_mes."""
    return f"En el mes de {name} {released(count)}."


def weekday(name: str, count: int) -> str:
    """For /cantidad_filmaciones_dia with a weekday."""
    return f"En día {name} {released(count)}."


def day_of_month(day: int, count: int) -> str:
    """For /cantidad_filmaciones_dia with a day of the month."""
    return f"El día {day} de cualquier mes {released(count)}."


def on_date(date: str, count: int) -> str:
    """For /cantidad_filmaciones_dia with a date."""
    return f"El {date} {released(count)}."


def score(title: str, year: int, popularity: float | None, average: float | None) -> str:
    """For /score_titulo."""
    said = "no tiene score" if popularity is None else f"tiene un score (popularidad) de {number(popularity, 2)}"
    rated = "sin puntuación media" if average is None else f"una puntuación media de {number(average, 1)}"
    return f"La película {title} se estrenó en el año {year}, {said} y {rated}."


def votes(title: str, year: int, count: int, average: float | None, needed: int) -> str:
    """For /votos_titulo; `average` is None when the votes do not suffice."""
    start = f"La película {title} se estrenó en el año {year} y tiene {number(count)} valoraciones"
    if average is None:
        return f"{start}: no supera las {number(needed)} que hacen falta para dar su promedio."
    return f"{start}, con un promedio de {number(average, 1)}."


def _returns(total: float, known: int, median: float | None) -> str:
    if not known:
        return "De ninguna se conoce el retorno."
    return (
        f"Su éxito, la suma de los retornos, es {number(total, 2)}; se conoce el retorno de {number(known)}, "
        f"con una mediana de {number(median or 0.0, 2)}."
    )


def _doubtful(titles: Sequence[str]) -> str:
    if not titles:
        return ""
    named = ", ".join(titles[:5]) + (f" y {len(titles) - 5} más" if len(titles) > 5 else "")  # noqa: PLR2004 - a sentence
    return f" Atención: presupuesto o recaudación dudosos en {named}."


def person(
    verb: str, name: str, count: int, *, total: float, known: int, median: float | None, doubtful: Sequence[str]
) -> str:
    """For /get_actor and /get_director; `verb` is `ha actuado en` or `ha dirigido`."""
    return f"{name} {verb} {films(count)}. {_returns(total, known, median)}{_doubtful(doubtful)}"


def recommendation(
    title: str, year: int, recommended: Sequence[str], *, n: int, filtered: bool = False, unseen: bool = False
) -> str:
    """For /recomendacion. `filtered`: only some films could come; `unseen`: asked for viewers who are not there."""
    if not recommended:
        return "Ninguna película pasa los filtros." if filtered else f"No hay películas parecidas a {title} ({year})."
    few = ""
    if filtered and len(recommended) < n:
        few = f" Solo {'pasa' if len(recommended) == 1 else 'pasan'} los filtros {films(len(recommended))}."
    if unseen:
        start = f"No hay valoraciones con que comparar {title} ({year}); por su contenido, se le parecen"
    else:
        start = f"Si te gustó {title} ({year}), te pueden gustar"
    return f"{start}: {'; '.join(recommended)}.{few}"


def averages(own: float, asked: float) -> str:
    """The reason of a film that was found by its vote average, beside the one of the film that was asked about."""
    return f"puntuación media: {number(own, 1)} (la de la pedida, {number(asked, 1)})"


def search(query: str, count: int) -> str:
    """For /buscar."""
    if not count:
        return f"Ninguna película se parece a «{query}»."
    return f"{films(count).capitalize()} para «{query}»."
