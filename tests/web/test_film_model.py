"""The page of the recommender: what was measured beside whom, versions and why, a training under way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser

from almazara.files import file_lock
from almazara.movies.judging.kept_evaluation import (
    MeasuredMethod,
    MeasuredMetric,
    MeasuredSimilar,
    NotMeasured,
    SimilarMethod,
    write_evaluation,
)
from almazara.movies.renewing.training_runs import TrainingState, open_film_training
from almazara.words.numbers import number
from made_evaluations import COST, evaluation, ndcg
from sample_catalog import app_over, served, settings_for

pytestmark = pytest.mark.server

PATH = "/peliculas/modelo"


def method(name, library, value, half=0.1):
    metrics = [ndcg(value, half), MeasuredMetric("odd", 0.5, None, None)]
    return MeasuredMethod(name, library, name == "hybrid", metrics, COST)


METHODS = [method("hybrid", None, 0.42), method("als", "implicit", 0.385), method("popular", None, 0.2)]
EVALUATION = evaluation(METHODS, None, "ml-<b>1m</b>", 31, NotMeasured("random <ease>", "It ended with code -9."))


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def site(sample_home, home):
    with served(app_over(sample_home, home)) as client:
        yield client


def read(site, path=PATH, **headers):
    answer = site.get(path, headers={"Accept": "text/html", "Accept-Language": "es", **headers})
    assert answer.status_code == 200
    return LexborHTMLParser(answer.text)


def test_what_was_not_measured_says_how_to_and_the_sample_that_it_is_one(site):
    page = read(site)
    assert page.css_first("#medida + p code").text() == "almazara movies evaluate"
    assert page.css("figure") == []
    assert "la muestra inventada" in page.css_first("#versiones").parent.text()
    assert "en uso" in page.css_first("#versiones").parent.text()


def test_the_served_method_stands_beside_its_peers_with_intervals_a_table_and_a_sentence(site, home):
    write_evaluation(settings_for(home), EVALUATION)
    page = read(site)
    sentence = page.css_first("#medida ~ p.measure").text()
    assert sentence == (
        "El que se sirve, híbrido, tiene un NDCG@10 de 0,420 (entre 0,320 y 0,520); el mejor de otras bibliotecas, "
        "ALS (implicit), 0,385 (entre 0,285 y 0,485). Los intervalos se solapan: con estos usuarios la diferencia no "
        "es segura."
    )
    picture = page.css_first("figure svg.figure")
    assert picture.attributes["aria-label"] == sentence
    assert [text.text() for text in picture.css(".f-tick")][-3:] == ["híbrido", "ALS", "popular"]
    rows = [[cell.text() for cell in row.css("td")] for row in page.css_first("details table").css("tbody tr")]
    assert rows[1] == ["ALS", "implicit", "0,385", "0,285", "0,485", "1,5", "0,1", "300"]
    assert "random <ease>" in page.css_first("main").text()
    assert "ml-<b>1m</b>" in page.css_first(".note ~ section .note").text()


def test_lists_of_similar_films_stand_in_a_table_of_their_own(site, home):
    lists = [
        SimilarMethod("hibrido", True, [MeasuredMetric("ndcg_at_5_cosine", 0.5354, 0.5, 0.6)]),
        SimilarMethod("llr", False, [MeasuredMetric("ndcg_at_5_cosine", 0.51, 0.5, 0.6)]),
    ]
    write_evaluation(settings_for(home), replace(EVALUATION, similares=MeasuredSimilar(3027, 3367, 2174, lists)))
    page = read(site)
    title = next(one for one in page.css("h3") if one.text() == "Películas parecidas")
    assert "De 3.367 películas con valoraciones" in title.next.next.text()
    table = page.css_first("[aria-label='Tabla: Películas parecidas']")
    rows = [[cell.text() for cell in row.css("td")] for row in table.css("tbody tr")]
    assert rows == [["Combinado", "0,5354"], ["Razón de verosimilitud", "0,5100"]]


@pytest.mark.parametrize(
    ("methods", "said"),
    [
        ([method("hybrid", None, 0.9), METHODS[1]], "no se tocan: acierta más"),
        ([method("als", "implicit", 0.9), METHODS[0]], "no se tocan: acierta menos"),
        ([METHODS[0], METHODS[2]], "No se midió ninguno de otras bibliotecas."),
        ([METHODS[1]], "el que se sirve no está entre ellos"),
    ],
)
def test_what_the_intervals_leave_open_is_told(site, home, methods, said):
    split = replace(EVALUATION.particiones[0], metodos=methods)
    write_evaluation(settings_for(home), replace(EVALUATION, particiones=[split]))
    assert said in read(site).css_first("#medida ~ p.measure").text()


def test_each_way_to_hold_out_is_a_link_and_one_that_there_is_not_is_the_first(site, home):
    write_evaluation(settings_for(home), EVALUATION)
    cold = read(site, read(site).css("#medida ~ nav a")[1].attributes["href"])
    assert cold.css_first("#medida ~ nav [aria-current]").text() == "películas nuevas"
    assert "con 31 usuarios" in cold.css_first("figcaption").text()
    assert "con 30 usuarios" in read(site, f"{PATH}?particion=<b>").css_first("figcaption").text()


def test_a_version_says_why_it_was_published(site, home):
    (version,) = open_film_training(settings_for(home)).versions().versiones
    told = " ".join(read(site).css_first("#versiones ~ ul li").text().split())
    assert f"{version.version} la muestra inventada, para empezar {number(version.peliculas)} películas en uso" in told


def test_a_training_under_way_says_how_long_the_last_one_took(site, home):
    kept, now = open_film_training(settings_for(home)).kept, datetime.now(UTC)
    with file_lock(kept.lock, busy="busy"):
        past = kept.begin("20260301T120000-2265b1", now - timedelta(hours=2))
        ended = replace(past, estado=TrainingState.DONE, veredicto="not_worse", version="v2")
        kept.end(ended, now - timedelta(hours=2) + timedelta(minutes=5))
        kept.begin("20260301T130000-2265b1", now - timedelta(seconds=90))
        for page in (read(site), read(site, **{"HX-Request": "true"})):
            part = page.css_first("#entrenamiento")
            assert "El entrenamiento está en curso. Lleva 9" in part.text()
            assert "el último tardó 5 min" in part.text()
            assert part.css_first("progress").attributes["max"] == "300"
            assert part.attributes["hx-trigger"] == "every 2s"
    part = read(site).css_first("#entrenamiento")
    assert "se interrumpió" in part.text()
    assert "hx-trigger" not in part.attributes


def test_a_first_training_has_nothing_to_be_measured_by(site, home):
    kept = open_film_training(settings_for(home)).kept
    with file_lock(kept.lock, busy="busy"):
        kept.begin("20260301T130000-2265b1", datetime.now(UTC) - timedelta(minutes=3))
        part = read(site).css_first("#entrenamiento")
    assert "Lleva 3 min." in part.text()
    assert "value" not in part.css_first("progress").attributes


def test_with_nothing_published_the_page_says_so(tmp_path):
    with served(app_over(tmp_path / "empty", tmp_path / "home")) as empty:
        page = read(empty)
    assert "Todavía no hay ninguna versión publicada." in page.css_first("main").text()
    assert page.css("form") == []  # there is nothing to learn from
