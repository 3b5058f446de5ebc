"""The Streamlit app, run without a browser: each page, a search, both languages, and what it is installed from."""

import re
import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from almazara.prices.demo import following
from almazara.prices.forecasting.models import registry

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "deploy" / "streamlit"


@pytest.fixture
def app(sample_home, tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    (home / "artifacts").mkdir()
    (home / "artifacts" / "movies").symlink_to(sample_home / "artifacts" / "movies")
    monkeypatch.setenv("ALMAZARA_HOME", str(home))
    monkeypatch.setattr(following, "DEMO_DAYS", 30)
    monkeypatch.setattr(registry, "DEFAULTS", ("last_value",))
    return AppTest.from_file(str(FOLDER / "streamlit_app.py"), default_timeout=120)


def texts(app):
    return [one.value for kind in (app.title, app.header, app.subheader, app.markdown, app.caption) for one in kind]


def test_a_search_with_a_typo_finds_a_film_its_rulers_and_films_like_it(app, sample_films):
    title = max((sample_films.search("la", 10)).resultados, key=lambda hit: len(hit.titulo)).titulo
    app.run()
    assert not app.exception
    app.text_input(key="search").set_value(title[:-1]).run()
    assert not app.exception
    assert any(title in option for option in app.selectbox(key="film").options)
    assert app.metric
    assert len(app.dataframe[-1].value) == 10


def test_another_language_changes_the_words(app):
    assert any("películas" in text for text in texts(app.run()))
    app.radio(key="language").set_value("en").run()
    assert not app.exception
    assert any("films" in text for text in texts(app))
    assert not any("películas" in text for text in texts(app))


def test_a_chapter_shows_its_figures_of_the_films_that_filters_let_through(app):
    app.run()
    app.radio(key="page").set_value("explore").run()
    app.selectbox(key="chapter").set_value("dinero").run()
    assert not app.exception
    assert len(app.subheader) == 3
    before = texts(app)
    app.number_input(key="from").set_value(1990).run()
    assert not app.exception
    assert texts(app) != before
    app.text_input(key="genre").set_value("*nada*").run()
    assert "nada" in app.error[0].value
    assert "*nada*" not in app.error[0].value.replace("\\*", "")


def test_prices_are_read_from_the_demo_shop_and_a_product_shows_its_history(app):
    app.run()
    app.radio(key="page").set_value("prices").run()
    assert not app.exception
    assert not app.error
    chosen = app.selectbox(key="product").options[3]
    app.selectbox(key="product").select(chosen).run()
    assert not app.exception
    assert re.sub(r"\\", "", app.header[0].value).startswith(chosen)
    assert len(app.dataframe[-1].value) >= 30


def test_what_it_is_installed_from_is_what_the_lock_file_holds():
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    locked = {(one["name"], one["version"]) for one in packages}  # what Prefect holds back is there twice
    lines = (FOLDER / "requirements.txt").read_text().splitlines()
    pinned = dict(line.split(" ;")[0].strip().split("==") for line in lines if "==" in line.split(" ;")[0])
    assert "." in lines
    assert {"streamlit", "fastapi", "numpy"} <= set(pinned)
    assert {(re.sub(r"\[.*\]", "", name), version) for name, version in pinned.items()} <= locked


def test_streamlit_cloud_finds_no_other_list_of_packages_before_this_one():
    # It takes the first of these of the app's own folder, and only then one of the root, where uv.lock leads them all.
    lists = ("uv.lock", "Pipfile", "environment.yml", "requirements.txt", "pyproject.toml")
    assert [name for name in lists if (FOLDER / name).exists()] == ["requirements.txt"]
    assert (ROOT / ".streamlit" / "config.toml").is_file()  # which it reads from the root alone
