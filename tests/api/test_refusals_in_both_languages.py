"""What is refused says why in one language: in Spanish, or all of it in English where that is asked for."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from almazara import asgi
from almazara.prices.forecasting.models import registry
from price_shop import NOW, observed, opened, product, retrain, settings_over
from problems import is_problem
from sample_catalog import app_over, served
from waiting import no_progress

pytestmark = pytest.mark.server

OIL, YOUNG, UNREAD = (f"shop.example:{number}" for number in (1, 2, 3))
FOLLOW, RULES, MOVES, EVENTS = "/productos", "/alerts/rules", "/announced-moves", "/eventos"
SPANISH = {
    *("el", "la", "los", "las", "de", "del", "es", "son", "un", "una", "que", "debe", "hay", "con", "para", "se", "su"),
    *("dé", "elija", "escriba", "pida"),
}
ENGLISH = {
    *("the", "is", "are", "of", "an", "must", "and", "with", "there", "that", "was", "be", "or", "for", "to", "such"),
    *("give", "choose", "write", "ask"),
}
QUOTED = re.compile(r"`[^`]*`|'[^']*'|«[^»]*»|“[^”]*”|\S*[./~=?]\w\S*")
"""What is the same in every language: what was sent, addresses and commands."""
EVENT = {"id": "e", "usuario": "ana", "pelicula": 1, "tipo": "vista"}
OF_PRICES = [
    *(
        ("POST", FOLLOW, body)
        for body in (
            {"product": " "},
            {"product": "olive"},
            {"product": "https://amzn.to/1"},
            {"product": "https://sellercentral.amazon.es/1"},
            {"product": "https://www.amazon.es/help"},
            {"product": "https://www.amazon.es/dp/123"},
            {"product": f"https://www.amazon.es/help?{'&'.join(['a=1'] * 101)}"},
            {"product": "search:", "marketplace": "es"},
            {"product": "B0EXAMPLE1"},
            {"product": "B0EXAMPLE1", "marketplace": "amazon.nowhere"},
            {"product": "ftp://shop.example/1"},
            {"product": "https://ana:secret@shop.example/1"},
            {"product": "https://intranet/1"},
            {"product": "https://sh op.example/1"},
            {"product": "https://shop.example:22/1"},
            {"product": "https://[::1/"},
            {"product": "https://shop.example/1\\2"},
            {"product": "https://shop.example/1", "category": "!"},
            {"product": "https://shop.example/1", "target_price": {}},
            {"product": 1},
            {},
        )
    ),
    *(
        ("POST", RULES, body)
        for body in (
            {"kind": "below_target", "target": "1"},
            {"kind": "drop", "percent": "5", "product": OIL, "category": "oil"},
            {"kind": "change", "index": "oil", "price": "club"},
            {"kind": "change", "price": "seller", "seller": " "},
            {"kind": "change", "seller": "Ana"},
            {"kind": "change", "product": "nobody:1"},
            {"kind": "change", "good": "nobody:1"},
            {"kind": "change", "category": "nothing"},
            {"kind": "sale"},
        )
    ),
    *(
        ("GET", path, None)
        for path in (
            f"/data?product={OIL}&category=oil",
            "/data?start=2026-02-01&end=2026-01-01",
            f"/data?product={OIL}&start=0001-01-01T00:00:00%2B14:00",
            "/data?daily=true&start=0001-01-01T00:00:00%2B14:00",
            "/data?end=9999-12-31",
            "/data?index=true",
            "/data?cursor=x",
            "/data?start=x",
            "/data?limit=x",
            "/data?daily=x",
            "/data?format=x",
            "/overview?litres=x",
            "/predict",
            "/predict?product=nobody:1",
            f"/predict?product={YOUNG}",
            f"/predict?product={UNREAD}",
            f"/predict?product={OIL}&levels=81",
            "/predict?category=nothing",
            "/story?product=nobody:1",
            f"/advice?product={OIL}&deadline_days=0",
            "/cheapest?category=nothing",
            "/goods/nobody:1",
            "/scraper/nothing",
            "/retrain/nothing",
        )
    ),
    ("POST", MOVES, {"date": "2026-10-01", "factor": 1}),
    ("POST", MOVES, {"date": "2026-13-01", "factor": 1.1}),
    ("POST", MOVES, {"date": 5, "factor": "x", "group": "\x00"}),
    ("DELETE", f"{MOVES}/nothing", None),
    ("DELETE", f"{RULES}/nothing", None),
    ("POST", "/goods", {"products": [OIL, "nobody:1"]}),
]
OF_FILMS = [
    *(
        ("POST", EVENTS, body)
        for body in (
            [],
            ["no event"],
            {**EVENT, "stars": 3},
            {**EVENT, "id": ""},
            {**EVENT, "usuario": "a b"},
            {**EVENT, "pelicula": "x"},
            {**EVENT, "tipo": "odia"},
            {**EVENT, "valor": 3},
            {**EVENT, "tipo": "valoracion", "valor": 9},
            {**EVENT, "momento": "yesterday"},
            {**EVENT, "momento": "2999-01-01T00:00:00Z"},
            {**EVENT, "momento": "1800-01-01T00:00:00Z"},
            [EVENT] * 6,
        )
    ),
    ("GET", "/peliculas/1", None),
    ("GET", "/peliculas/x", None),
    ("GET", "/score_titulo/qqq%20www", None),
    ("GET", "/cantidad_filmaciones_mes/brumario", None),
    ("GET", "/get_actor/qqq%20www", None),
    ("GET", "/recomendacion/grupo?usuarios=ana,ana", None),
    ("GET", "/modelos/peliculas/nothing", None),
    ("POST", "/recomendacion/perfil", {"gustan": []}),
]


@pytest.fixture(scope="module")
def of_prices(tmp_path_factory):
    """A product that is forecast, one that is too young for it, and one that was never read."""
    settings = settings_over(tmp_path_factory.mktemp("home"), writes_per_minute=10_000)
    shift = datetime.now(UTC) - NOW
    with pytest.MonkeyPatch.context() as patch, opened(settings) as prices:
        patch.setattr(registry, "DEFAULTS", ("last_value",))
        for number in (1, 2, 3):
            prices.store.save_listing(product(number, category="oil"))
        rows = [observed(name, day, "9.95") for name, days in ((OIL, 60), (YOUNG, 3)) for day in range(days)]
        prices.store.append(replace(one, observed_at=one.observed_at + shift) for one in rows)
        retrain(settings, prices, no_progress)
    with served(asgi.app_over(settings)) as client:
        yield client


@pytest.fixture(scope="module")
def of_films(sample_home, tmp_path_factory):
    with served(app_over(sample_home, tmp_path_factory.mktemp("films") / "home", writes_per_minute=10_000)) as client:
        yield client


def refusal(api, asked, **headers):
    method, path, body = asked
    answer = api.request(method, path, json=body, headers=headers)
    return is_problem(answer, answer.status_code)


def words(problem):
    faults = " ".join(one["detalle"] for one in problem.get("errores", []))
    return set(re.findall(r"\w+", QUOTED.sub(" ", f"{problem['title']} {problem['detail']} {faults}".lower())))


def says_it_in_one_language(api, asked):
    """Both sentences, so that a failure shows them."""
    method, path, body = asked
    name = "lengua" if asked in OF_FILMS else "language"
    spanish = refusal(api, asked)
    english = refusal(api, (method, f"{path}{'&' if '?' in path else '?'}{name}=en", body))
    assert (words(spanish) & ENGLISH, words(english) & SPANISH) == (set(), set()), (spanish, english)
    assert spanish["detail"] != english["detail"]
    assert english == refusal(api, asked, **{"Accept-Language": "en-GB"})


@pytest.mark.parametrize("asked", OF_PRICES, ids=lambda asked: f"{asked[1]} {asked[2] or ''}"[:60])
def test_what_is_refused_about_prices_is_told_in_one_language(of_prices, asked):
    says_it_in_one_language(of_prices, asked)


@pytest.mark.parametrize("asked", OF_FILMS, ids=lambda asked: f"{asked[1]} {asked[2] or ''}"[:60])
def test_what_is_refused_about_films_is_told_in_one_language(of_films, asked):
    says_it_in_one_language(of_films, asked)
