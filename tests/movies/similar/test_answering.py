"""Lists of similar films: filters, variety, twins, and reasons recomputed from the clean tables of the sample."""

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara import artifacts
from almazara.errors import InputError
from almazara.movies.artifact import map_arrays
from almazara.movies.catalog.twins import twins
from almazara.movies.sentences import decade
from almazara.movies.similar.answering import METHODS, Query
from almazara.movies.similar.attributes import Filters, listed, listed_ids
from almazara.movies.similar.ranking import diversified
from almazara.movies.similar.reasons import FEWEST_VIEWERS, FIELDS, Reasons, is_telling
from almazara.words.numbers import Language
from almazara.words.said import named, said, text_of
from sample_catalog import Made, publish_made, settings_for

FILTERS = {
    "years": (Filters(year_min=1990, year_max=1999), pl.col("release_year").is_between(1990, 1999)),
    "runtime": (Filters(runtime_min=80, runtime_max=95), pl.col("runtime").is_between(80, 95)),
    "length": (Filters(runtime_max=95), (pl.col("runtime") > 0) & (pl.col("runtime") <= 95)),
    "language": (Filters(languages=("ES", " ja")), pl.col("original_language").is_in(["es", "ja"])),
    "genre": (
        Filters(genres=("ciencia ficcion", "WAR")),
        pl.col("genres").list.set_intersection(["Science Fiction", "War"]).list.len() > 0,
    ),
    "without": (
        Filters(without_genres=("comedia", "WAR")),
        pl.col("genres").list.set_intersection(["Comedy", "War"]).list.len() == 0,
    ),
    "votes": (Filters(votes_min=2000), pl.col("vote_count") >= 2000),
    "several": (
        Filters(year_max=1980, languages=("en",), genres=("Drama",)),
        (pl.col("release_year") <= 1980)
        & (pl.col("original_language") == "en")
        & pl.col("genres").list.contains("Drama"),
    ),
}
ROWS = range(0, 2000, 130)


@pytest.fixture(scope="module")
def tables(sample_home):
    folder = artifacts.open_artifacts(settings_for(sample_home)).current("movies").path
    return {path.stem: pl.read_parquet(path) for path in folder.glob("*.parquet")}


def test_films_with_a_keyword_in_any_spelling_are_left_out(sample_films, tables):
    words = tables["keywords"].group_by("film_id").agg("keyword")
    with_one = words.filter(pl.col("keyword").list.set_intersection(["olive grove", "police"]).list.len() > 0)
    allowed = sample_films._parts.similar.ranking.allowed(Filters(without_keywords=("Olive-Grove", " POLICE")), ())
    suitable = set(tables["films"]["id"].filter(~adults(tables)))
    assert set(tables["films"]["id"].filter(allowed)) == suitable - set(with_one["film_id"])


def test_a_list_has_owned_films_alone_in_the_order_of_all(sample_films):
    title = "Gone with the Olive"
    first = [film.id for film in sample_films.recommend(title, 50).detalle]
    owned = Filters(only=(*first[::-7], 1, 2**62), excluded=(first[0],))
    assert [film.id for film in sample_films.recommend(title, 50, filters=owned).detalle] == [
        film for film in first[1:] if film in first[::-7]
    ]
    assert sample_films.recommend(title, 50, filters=Filters(only=(1,))).detalle == []


def test_films_for_adults_come_only_where_they_are_asked_for(sample_films, tables):
    flags = adults(tables)
    assert 0 < flags.sum() < 10
    allowed = sample_films._parts.similar.ranking.allowed
    assert (allowed(Filters(), ()) == ~flags).all()
    assert allowed(Filters(adult=True), ()).all()
    assert sample_films.explored.selected(Filters()).size == len(flags)


@pytest.fixture(scope="module")
def similar(sample_films):
    return sample_films._parts.similar


def adults(tables):
    """Which films are for adults, in order of row."""
    return tables["film_keys"]["adult"].fill_null(value=False).to_numpy()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_leaves_films_out_and_changes_no_order(similar, tables, method, name):
    filters, passing = FILTERS[name]
    allowed = tables["films"].select(passing.fill_null(value=False)).to_series().to_numpy()
    films, select = len(allowed), similar.ranking.similar
    allowed &= ~adults(tables)
    for row in ROWS:
        ranked = select(similar.methods[method], row, films, Filters(adult=True)).rows
        assert len(ranked) == films - 1
        for n in (3, films):
            found = select(similar.methods[method], row, n, filters)
            assert found.rows.tolist() == ranked[allowed[ranked]][:n].tolist()


def test_excluded_films_do_not_come_and_the_next_ones_do(sample_films):
    title = "Gone with the Olive"
    first = [film.id for film in sample_films.recommend(title, 50).detalle]
    rest = sample_films.recommend(title, 25, filters=Filters(excluded=(*first[:25], 1, 2**62)))
    assert [film.id for film in rest.detalle] == first[25:]


def test_fewer_films_than_asked_for_come_only_where_no_more_pass_and_the_message_says_so(sample_films, tables):
    first = tables["films"]["release_year"].sort()[20]
    dated = tables["films"].filter(pl.col("release_year") <= first)
    found = sample_films.recommend("Gone with the Olive", 50, filters=Filters(year_max=first))
    assert {film.id for film in found.detalle} == set(dated["id"])
    assert f"Solo pasan los filtros {dated.height} películas." in found.mensaje
    none = sample_films.recommend("Gone with the Olive", filters=Filters(year_max=1801))
    assert (none.detalle, none.mensaje) == ([], "Ninguna película pasa los filtros.")


@pytest.mark.parametrize(
    ("filters", "said", "suggested"),
    [
        (Filters(genres=("Dramma",)), "«Dramma»", "Drama"),
        (Filters(genres=("ciencia-fiction",)), "«ciencia-fiction»", "Ciencia ficción"),
        (Filters(without_keywords=("olive grov",)), "«olive grov»", "olive grove"),
        (Filters(without_keywords=("x" * 201,)), "hasta 200", None),
        (Filters(languages=("español",)), "«español»", "es"),
        (Filters(languages=("xq",)), "«xq»", "en"),
        (Filters(year_min=2000, year_max=1999), "anio_min es 2000", None),
        (Filters(runtime_min=90, runtime_max=89), "duracion_max 89", None),
    ],
)
def test_a_filter_that_no_film_can_pass_is_an_error_with_suggestions(sample_films, filters, said, suggested):
    with pytest.raises(InputError, match=said) as raised:
        sample_films.recommend("Gone with the Olive", filters=filters)
    assert suggested is None or suggested in raised.value.suggestions


def test_lists_are_typed_with_commas():
    assert listed(" drama, comedia ", "genero") == ("drama", "comedia")
    assert listed_ids(["1", str(2**63 - 1), "tt0114709"], "excluir") == (1, 2**63 - 1, "tt0114709")


@pytest.mark.parametrize("text", ["", ",", "drama,", "drama, ,war"])
def test_an_empty_value_of_a_list_is_refused(text):
    with pytest.raises(InputError, match="genero"):
        listed(text, "genero")


@pytest.mark.parametrize(
    "values", [["0"], ["-1"], ["1.0"], ["²"], ["9" * 30], [str(2**63)], ["x"], ["tt"], ["tt1x"], ["1"] * 1001]
)
def test_ids_that_are_none_or_too_many_are_refused(values):
    with pytest.raises(InputError, match="excluir"):
        listed_ids(values, "excluir")


@given(
    similarity=st.lists(st.floats(0, 1), min_size=1, max_size=20).map(lambda values: np.array(sorted(values)[::-1])),
    seed=st.integers(0, 1000),
    n=st.integers(1, 25),
    diversity=st.floats(0, 1),
)
def test_variety_chooses_among_the_films_and_begins_with_the_most_similar_one(similarity, seed, n, diversity):
    alike = np.random.default_rng(seed).random((len(similarity), len(similarity)))
    chosen = diversified(similarity, alike, n, diversity)
    assert chosen[0] == 0
    assert len(chosen) == len(set(chosen)) == min(n, len(similarity))


def test_variety_weighs_similarity_against_likeness_to_the_chosen():
    similarity = np.array([0.6, 0.55, 0.5, 0.1])  # stretched to 1, 0.9, 0.8, 0
    alike = np.array([[1, 1, 0.5, 0], [1, 1, 0.5, 0], [0.5, 0.5, 1, 0], [0, 0, 0, 1]])
    assert diversified(similarity, alike, 4, 0.0) == [0, 1, 2, 3]
    assert diversified(similarity, alike, 4, 0.3) == [0, 2, 1, 3]
    assert diversified(similarity, alike, 4, 1.0) == [0, 3, 2, 1]


def test_equally_good_films_keep_their_order_under_variety():
    assert diversified(np.ones(6), np.full((6, 6), 0.3), 6, 0.5) == [0, 1, 2, 3, 4, 5]


def test_more_variety_makes_lists_less_alike(similar):
    def mean_likeness(diversity):
        lists = [similar.ranking.similar(similar.methods["hibrido"], row, 10, diversity=diversity) for row in ROWS]
        return np.mean([similar.ranking.space.between(found.rows).mean() for found in lists])

    assert mean_likeness(0.0) > mean_likeness(0.3) > mean_likeness(0.8)


def test_what_is_scored_on_request_is_what_was_stored(similar):
    content = similar.methods["contenido"]
    for row in ROWS:
        stored = content.candidates(row)
        assert np.allclose(content.scores(row, stored.rows), stored.similarity, atol=1e-5)


def test_the_cosine_of_two_films_is_that_of_their_rows(similar):
    space, rows = similar.ranking.space, np.array([3, 900, 901, 1500])
    index = space._index
    dense = np.zeros((4, len(index._term_starts) - 1))
    for place, row in enumerate(rows):
        terms, weights = index.of(row)
        dense[place, terms] = weights
    dense /= np.linalg.norm(dense, axis=1)[:, None]
    assert np.allclose(space.between(rows), dense @ dense.T, atol=1e-6)


def test_the_answer_made_ahead_is_the_one_that_would_be_made(sample_films, tables):
    for title in tables["films"]["title"].gather_every(7):
        assert sample_films.recommend_default(title) == msgspec.json.encode(sample_films.recommend(title))


def test_a_film_that_others_share_its_title_with_names_them_in_the_answer_made_ahead(tmp_path):
    films = publish_made(tmp_path, [Made("The Mill"), Made("The Mill", {"release_date": "1950-01-01"}), Made("Oil")])
    assert [film["id"] for film in msgspec.json.decode(films.recommend_default("the mill"))["otras"]] == [2]


def test_a_film_that_nobody_rated_is_compared_by_content_when_viewers_are_asked_for_and_the_answer_says_so(tmp_path):
    films = publish_made(tmp_path, [Made("The Mill"), Made("The Olive"), Made("The Press")])
    answer = films.recommend("The Mill", 2, "colaborativo")
    assert (answer.metodo, len(answer.detalle)) == ("contenido", 2)
    assert answer.mensaje.startswith("No hay valoraciones con que comparar The Mill (2000); por su contenido,")


def test_a_film_under_another_id_is_never_recommended_for_itself(tmp_path):
    def mill(year, title="The Mill", directors=("Ana Oliva",), **raw):
        return Made(title, {"release_date": f"{year}-01-01", **raw}, directors=directors)

    films = publish_made(
        tmp_path,
        [
            mill(1990),
            mill(1990, "the mill!", ()),  # title and year
            mill(1992),  # title and director within two years of a twin
            mill(2007, imdb_id="tt7"),  # a remake by the same director is another film
            mill(2010, "The Press", ("Bruno Orujo",), imdb_id="tt7"),  # the same IMDb id
            mill(1990, "The Olive"),
        ],
    )
    found = {
        film: {one.id for one in films.recommend(title, 50, film_id=film).detalle}
        for film, title in [(1, "The Mill"), (3, "The Mill"), (4, "The Mill"), (6, "The Olive")]
    }
    assert found == {1: {4, 5, 6}, 3: {4, 5, 6}, 4: {1, 2, 3, 6}, 6: {1, 2, 3, 4, 5}}


def test_films_of_one_title_apart_in_everything_else_are_no_twins():
    films = pl.DataFrame(
        {
            "title": ["The Mill", "The Mill", "The Press", "The Press"],
            "release_year": [1950, 1990, 1990, 1991],
            "overview": [None, None, "Oil.", "Oil."],
            "imdb_id": [None, "tt1", "tt2", "tt3"],
            "directors": [["A"], ["A"], ["B"], ["C"]],
        },
        schema_overrides={"release_year": pl.Int32},
    )
    assert twins(films).tolist() == [-1, -1, 2, 2]


def test_no_list_that_is_made_ahead_names_a_film_of_the_same_label(sample_home):
    folder = artifacts.open_artifacts(settings_for(sample_home)).current("movies").path
    labels = map_arrays(folder, "twins")["labels"]
    assert (labels >= 0).any()
    for method in ("hybrid", "content", "collaborative"):
        neighbors = map_arrays(folder, method)["neighbors"]
        own = np.broadcast_to(labels[:, None], neighbors.shape)
        assert not ((own >= 0) & (neighbors >= 0) & (labels[neighbors] == own)).any()


def spanish(genre):
    return said("films.reason.genre", terms=[named("genre", genre)]).text().removeprefix("género: ")


class Evidence:
    """What the clean tables say of two films: every reason must be found in it."""

    def __init__(self, tables):
        self.films = {film["id"]: film for film in tables["films"].iter_rows(named=True)}

        def of(table, column, where=None):
            frame = tables[table] if where is None else tables[table].filter(where)
            return dict(frame.group_by("film_id").agg(pl.col(column)).iter_rows())

        self.shared = {
            "misma saga": of("collections", "collection"),
            "misma dirección": of("crew", "name", pl.col("job") == "Director"),
            "tema": of("keywords", "keyword"),
            "comparten reparto": of("cast", "name"),
            "mismo guion": of("crew", "name", pl.col("job").is_in(["Screenplay", "Writer"])),
            "misma productora": of("companies", "company"),
            "género": {film: list(map(spanish, names)) for film, names in of("genres", "genre").items()},
            "mismo idioma": {
                film["id"]: [text_of(named("language", film["original_language"]))]
                for film in self.films.values()
                if film["original_language"] not in (None, "en")
            },
        }
        self.viewers = {film: set(users) for film, users in of("ratings", "user_id").items()}
        self.users = tables["ratings"]["user_id"].n_unique()

    def holds(self, reason, asked, other, *, alone):
        a, b = self.films[asked], self.films[other]
        label, _, said = reason.partition(": ")
        if label in self.shared:
            said, _, era = said.partition(" (")
            common = set(self.shared[label].get(asked, [])) & set(self.shared[label].get(other, []))
            return set(said.split(", ")) <= common and era in ("", f"{self.era(a, b)})")
        if " que vieron " in reason:
            return self.was_seen_by_both(reason, a, b, alone=alone)
        number = {"votos": b["vote_count"], "año": b["release_year"]}
        return said == (self.era(a, b) if label == "misma época" else f"{number[label]:,}".replace(",", "."))

    def was_seen_by_both(self, reason, a, b, *, alone):
        seen, theirs = self.viewers[a["id"]], self.viewers[b["id"]]
        both = len(seen & theirs)
        forward = f"{both} de los {len(seen)} que vieron {a['title']} también vieron esta"
        back = f"{both} de los {len(theirs)} que vieron esta también vieron {a['title']}"
        if alone and both > 1 and reason == (forward if len(seen) <= len(theirs) else back):
            return True  # a mere number, where there is nothing else
        whole, part = (seen, theirs) if reason == forward else (theirs, seen)
        others = [user for user in part if user not in whole]
        lift = (both / len(whole)) / max(len(others) / (self.users - len(whole)), 1e-9)
        return reason in (forward, back) and both >= FEWEST_VIEWERS and both >= 0.2 * len(whole) and lift >= 1.99

    @staticmethod
    def era(a, b):
        return decade(a["release_year"]).text() if a["release_year"] // 10 == b["release_year"] // 10 else None


@pytest.mark.parametrize("method", ["hibrido", "contenido", "colaborativo"])
def test_every_reason_can_be_found_in_the_clean_tables_and_ratings(sample_films, similar, tables, method):
    evidence, kinds = Evidence(tables), set()
    for film_id, title in tables["films"].select("id", "title").gather_every(25).iter_rows():
        for found in sample_films.recommend(title, 20, method, film_id=film_id).detalle:
            assert 1 <= len(found.motivos) <= 3
            alone = all("que vieron" in reason or "misma época" in reason for reason in found.motivos)
            for reason in found.motivos:
                assert evidence.holds(reason, film_id, found.id, alone=alone), (film_id, found)
                kinds.add(reason.split(": ")[0] if ": " in reason else "vieron")
    told = {"misma saga", "misma dirección", "tema", "comparten reparto", "mismo guion", "género", "mismo idioma"}
    assert kinds >= told
    assert ("vieron" in kinds) == (method != "contenido")


def test_a_language_that_few_films_have_is_a_reason_and_that_of_most_is_none(tmp_path):
    rare = [Made(f"Rare {n}", {"original_language": "hi", "release_date": f"{1950 + 20 * n}-01-01"}) for n in range(2)]
    usual = [Made(f"Usual {n}", {"original_language": "en"}) for n in range(60)]
    films = publish_made(tmp_path, [*rare, *usual])
    assert films.recommend("Rare 0", 1).detalle[0].motivos[0] == "mismo idioma: hindi"
    assert not any("idioma" in why for film in films.recommend("Usual 0", 50).detalle for why in film.motivos)


def test_a_language_that_is_not_spoken_in_a_film_is_no_reason(tmp_path):
    english = {"spoken_languages": "[{'iso_639_1': 'en', 'name': 'English'}]"}
    rare = [Made(f"Rare {n}", {"original_language": "hi", **(english if n else {})}) for n in range(2)]
    films = publish_made(tmp_path, [*rare, *(Made(f"Usual {n}", {"original_language": "en"}) for n in range(60))])
    assert not any("idioma" in why for film in films.recommend("Rare 0", 50).detalle for why in film.motivos)


def test_reasons_are_codes_and_figures_that_have_words_in_both_languages(similar):
    found = [similar.found(row, Query(20, method), Language.ES) for row in ROWS for method in METHODS]
    said = [reason for one in found for film in one.suggestions for reason in film.reasons]
    assert {reason.code for reason in said} >= {
        f"films.reason.{kind}" for kind in ("collection", "keyword", "cast", "genre", "of_era", "viewers", "averages")
    }
    for reason in said:
        assert reason.text(Language.EN) != reason.text(Language.ES), reason


@pytest.mark.parametrize("n", [1, 10])
def test_every_method_is_asked_side_by_side(sample_films, tables, n):
    for film_id, title in tables["films"].select("id", "title").gather_every(300).iter_rows():
        beside = sample_films.methods(film_id, n)
        assert [one.pedido for one in beside.metodos] == list(METHODS)
        for one in beside.metodos:
            alone = sample_films.recommend(title, n, one.pedido, film_id=film_id)
            assert (one.metodo, one.detalle) == (alone.metodo, alone.detalle)


def test_a_method_that_knows_nothing_of_a_film_says_which_one_stands_in_for_it(tmp_path):
    films = publish_made(tmp_path, [Made("The Mill"), Made("The Olive"), Made("The Press")])
    found = {one.pedido: one for one in films.methods(1).metodos}["colaborativo"]
    assert (found.metodo, found.descripcion) == ("contenido", "lo que comparten: gente, temas, género, época")
    assert films.methods(1, 2, Language.EN).mensaje == "Films like The Mill (2000) by 4 methods."


@pytest.mark.parametrize("n", [0, 11])
def test_lists_side_by_side_are_short(sample_films, n):
    with pytest.raises(InputError, match="del 1 al 10"):
        sample_films.similar_by_method(900007, n)


def test_films_that_share_nothing_still_get_a_reason_that_can_be_checked(tmp_path):
    dated = [("1950-01-01", "12"), ("1990-01-01", "1200"), ("1970-01-01", ""), ("1955-01-01", "")]
    films = publish_made(
        tmp_path, [Made(f"Film {day}", {"release_date": day, "vote_count": votes}) for day, votes in dated]
    )
    reasons = {film.anio: film.motivos for film in films.recommend("Film 1950-01-01", 5).detalle}
    assert reasons == {1990: ["votos: 1.200"], 1970: ["año: 1970"], 1955: ["misma época: años 50"]}


@pytest.mark.parametrize(
    ("shared", "viewers", "said"),
    [
        (213, [276, 2000], ["213 de los 276 que vieron The Mill también vieron esta"]),
        (213, [2000, 276], ["213 de los 276 que vieron esta también vieron The Mill"]),
        (1, [276, 2000], ["votos: 9"]),  # one of them says nothing
    ],
)
def test_of_films_that_share_nothing_who_saw_both_is_said_before_their_votes(shared, viewers, said):
    arrays = {
        "starts": np.zeros(len(FIELDS), np.int64),
        "offsets": np.zeros(3, np.int64),
        "codes": np.array([], np.int32),
        "information": np.array([], np.float32),
        "viewers": np.array(viewers, np.int32),
        "users": np.array([2100], np.int64),
    }
    films = {"years": np.array([1990, 2000], np.int32), "votes": np.array([5, 9], np.int32)}
    (found,) = Reasons(arrays, [], films).of(0, "The Mill", [(1, shared)])
    assert [reason.text(Language.ES) for reason in found] == said


def test_a_film_found_by_its_vote_average_says_both_averages(sample_films):
    found = sample_films.recommend("Gone with the Olive", 3, "puntuacion")
    assert all(film.motivos[0].startswith("puntuación media: ") for film in found.detalle)


@pytest.mark.parametrize(
    ("shared", "viewers", "others", "telling"),
    [
        (400, 800, 450, True),
        (9, 10, 9, False),  # too few
        (100, 800, 110, False),  # a small part of the viewers
        (400, 800, 1500, False),  # everybody saw the other one
        (400, 2000, 400, False),  # everybody saw the first one: there is nobody to compare with
    ],
)
def test_who_saw_both_is_said_only_where_it_is_much_and_more_than_popularity_explains(shared, viewers, others, telling):
    assert is_telling(shared, viewers, others, users=2000) is telling
