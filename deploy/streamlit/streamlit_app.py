"""Films, exploration and prices in Streamlit: docs/streamlit.md.

It asks the services that the API and the site ask, and shows the figures of the site. What is missing is made from the
embedded sample and the demo shop, in a temporary folder where ALMAZARA_HOME does not name another one.
"""

import os
import re
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pandas as pd
import streamlit as st

from almazara.app.movies import open_movies
from almazara.app.prices import Prices, open_prices
from almazara.errors import AlmazaraError, NotFoundError
from almazara.figures.chart import Table
from almazara.figures.style import standalone
from almazara.figures.svg import draw
from almazara.figures.table import as_csv
from almazara.movies.answers import FilmAnswer, shown
from almazara.movies.building import ensure_movies
from almazara.movies.exploring.explore import CHAPTERS, explore_one
from almazara.movies.service import MovieService
from almazara.movies.similar.answering import METHODS
from almazara.movies.similar.attributes import Filters
from almazara.prices import publishing
from almazara.prices.demo.following import follow_demo
from almazara.settings import Settings
from almazara.web.explore.drawn import FILE_WIDTH, first_rows, picture
from almazara.web.films.standing import Ruled, ruled
from almazara.web.overview import Line, line
from almazara.web.products import described
from almazara.words.numbers import Language
from almazara.words.said import Figure, Said, said

FOUND, SIMILAR = 12, 10
RULER_WIDTH: Final = 260
HALF_A_DAY: Final = 12 * 3600
PAGES: Final = ("films", "explore", "prices")
PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")


def settings() -> Settings:
    """Those of the environment; without a home folder in it, a temporary one."""
    return Settings() if "ALMAZARA_HOME" in os.environ else Settings(home=Path(tempfile.gettempdir(), "almazara-app"))


@st.cache_resource(show_spinner="Películas… / Films…")
def opened_films() -> MovieService:
    """The films of the version in use; the sample's are made where there is none."""
    return open_movies(settings(), ensure_movies(settings(), silent))


@st.cache_resource(show_spinner="Precios… / Prices…", ttl=HALF_A_DAY)
def opened_prices() -> Prices:
    """The followed prices; those of the demo shop, read until today, where nothing else is followed."""
    is_fresh = follow_demo(settings(), silent)
    prices = open_prices(settings(), serving=False)
    if is_fresh:
        prices.jobs.run(None)
        publishing.retrain(settings(), prices.retraining, silent, now=datetime.now(UTC))
    prices.forecasts.refresh()
    return prices


def silent(_stage: str, _done: int, _total: int) -> None:
    """Tell nothing of what is done: the page says what it waits for."""


def plain(text: str) -> str:
    """A text that Streamlit shows as it is: what comes from a file or a shop's page is never markup."""
    return PUNCTUATION.sub(r"\\\1", " ".join(text.split()))


def word(code: str, language: Language, **figures: Figure) -> str:
    """Words of the site."""
    return said(f"site.{code}", **figures).text(language)


def written(text: Said | str, language: Language) -> str:
    """A sentence, to be shown as it is."""
    return plain(text if isinstance(text, str) else text.text(language))


def table(shown: Table, language: Language, name: str) -> None:
    """The first rows of a figure behind a click, and all of them as a file."""
    if not shown.rows:
        return
    with st.expander(word("parts.as_table", language)):
        st.dataframe(pd.DataFrame(first_rows(shown).rows, columns=list(shown.columns)), hide_index=True)
        st.download_button("CSV", as_csv(shown), f"{name}.csv", "text/csv", key=f"csv-{name}")


def films_page(language: Language) -> None:
    """Search, and one film with where its numbers stand and what to see after it."""
    films = opened_films()
    st.title(word("films.headline", language, n=len(films)))
    note(films, language)
    asked = st.text_input(word("films.search", language), key="search", max_chars=200).strip()
    if not asked:
        return
    hits = {hit.id: f"{shown(hit)} ({hit.anio})" for hit in films.search(asked, FOUND, language).resultados}
    if not hits:
        st.info(written(films.search(asked, FOUND, language).mensaje, language))
        return
    chosen = st.selectbox(word("page.films", language), list(hits), format_func=hits.__getitem__, key="film")
    film(films, chosen, language)


def film(films: MovieService, film_id: int, language: Language) -> None:
    """One film."""
    one = msgspec.json.decode(films.film(film_id, language), type=FilmAnswer)
    st.header(plain(f"{shown(one)} ({one.anio})"))
    st.caption(plain(" · ".join([*one.generos, *one.directores])))
    if one.sinopsis:
        st.write(plain(one.sinopsis))
    st.subheader(word("films.numbers", language))
    for standing in films.film_standing(film_id):
        number(ruled(standing, language))
    st.subheader(word("films.similar", language))
    method = st.selectbox(
        word("films.methods", language),
        METHODS,
        format_func=lambda name: word(f"method.{name}", language),
        key="method",
    )
    similar = films.recommend(one.titulo, SIMILAR, method, film_id=film_id, language=language)
    rows = [[shown(other), str(other.anio), " · ".join(other.motivos)] for other in similar.detalle]
    names = [word("person.title", language), word("person.year", language), word("product.why", language)]
    st.dataframe(pd.DataFrame(rows, columns=names), hide_index=True)


def number(one: Ruled) -> None:
    """A number of a film on its ruler."""
    value, ruler = st.columns([1, 2])
    value.metric(plain(one.name), one.value)
    ruler.image(standalone(one.picture), width=RULER_WIDTH)
    ruler.caption(plain(one.sentence))


def explore_page(language: Language) -> None:
    """A chapter of figures, of the films that filters let through."""
    films = opened_films()
    st.title(word("explore.headline", language, n=len(films)))
    note(films, language)
    chapter = st.selectbox(
        word("explore.chapters", language),
        list(CHAPTERS),
        format_func=lambda name: word(f"explore.{name}", language),
        key="chapter",
    )
    filters = chosen_filters(language)
    for key in CHAPTERS[chapter]:
        one = explore_one(films.explored, key, filters, language)
        st.subheader(written(one.title, language))
        st.image(standalone(picture(one, FILE_WIDTH)), width="stretch")
        st.caption(written(one.sentence, language))
        if one.rule:
            st.caption(written(one.rule, language))
        table(one.table, language, one.key)


def chosen_filters(language: Language) -> Filters:
    """Years and a genre, as they are typed."""
    first, last, genre = st.columns(3)
    kinds: Mapping[str, Any] = {"min_value": 1800, "max_value": 2200, "value": None, "step": 1}
    return Filters(
        year_min=first.number_input(word("films.from_year", language), key="from", **kinds),
        year_max=last.number_input(word("films.to_year", language), key="to", **kinds),
        genres=tuple(
            filter(None, [genre.text_input(word("films.genre", language), key="genre", max_chars=60).strip()])
        ),
    )


def prices_page(language: Language) -> None:
    """All followed products on rulers, and one of them with its history and what may come."""
    prices = opened_prices().service
    lines = {row.product.id: line(row, language) for row in prices.overview()}
    if not lines:
        raise NotFoundError(f"{word('prices.nothing', language)}. {word('prices.nothing_what', language)}")
    st.title(word("prices.headline", language, n=len(lines)))
    st.caption(" ".join(word(f"ruler.{mark}", language) for mark in ("teeth", "stroke", "band", "triangle", "ends")))
    for one in lines.values():
        overview_line(one, language)
    chosen = st.selectbox(
        word("page.prices", language), list(lines), format_func=lambda one: lines[one].name, key="product"
    )
    product(described(prices, chosen, language), language)


def overview_line(one: Line, language: Language) -> None:
    """One product of the list."""
    name, price, ruler, action = st.columns([3, 1, 2, 2])
    name.write(plain(one.name))
    price.write(plain(one.price or "\u2013"))
    if one.ruler:
        ruler.image(standalone(one.ruler), width=RULER_WIDTH)
    action.write(written(one.headline, language))


def product(one: Mapping[str, Any], language: Language) -> None:
    """A product: the decision, and why."""
    st.header(f"{plain(one['name'])}: {written(one['headline'], language)}")
    st.write(written(one["message"], language))
    st.image(standalone(draw(one["chart"], width=FILE_WIDTH)), width="stretch")
    st.caption(plain(one["chart"].label))
    for reason in one["reasons"]:
        st.write("- " + written(reason, language))
    table(one["daily"], language, "historia")


def note(films: MovieService, language: Language) -> None:
    """That the sample's films do not exist."""
    if films.is_sample:
        st.info(word("start.sample", language))


def main() -> None:
    """The page that was chosen; what cannot be answered is said in its place."""
    st.set_page_config("Almazara", layout="wide")
    language = Language(
        st.sidebar.radio(
            "Lengua / Language", ["es", "en"], format_func={"es": "Español", "en": "English"}.get, key="language"
        )
    )
    shown = {"films": films_page, "explore": explore_page, "prices": prices_page}
    chosen = st.sidebar.radio(
        word("page.sections", language), PAGES, format_func=lambda one: word(f"page.{one}", language), key="page"
    )
    try:
        shown[chosen](language)
    except AlmazaraError as error:
        st.error(plain(error.text(language)))


main()
