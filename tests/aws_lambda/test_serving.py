"""The API and the site answer behind a function URL, from a table and from what a bucket holds."""

import base64
import itertools
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import brotli
import numpy as np
import pytest
from starlette.routing import Route

from almazara.artifacts import ArtifactStore
from almazara.aws_lambda.serving import REFUSED, Serving, serving_app
from almazara.movies.artifact import MOVIES
from almazara.prices.forecasting import published
from almazara.prices.forecasting.published import ForecastIndex, Forecasts
from almazara.prices.publishing import FORECASTS
from price_shop import observed, product, settings_over

pytestmark = pytest.mark.server
KEY = "a-key-of-the-tests"
STAYS = {
    # What only asks.
    *(f"/recomendacion{more}" for more in ("", "/grupo", "/perfil", "/usuario/{usuario}")),
    "/peliculas",
    # What the table keeps.
    "/productos",
    "/goods",
    "/alerts/rules",
    "/announced-moves",
    "/precios/articulo",
    "/precios/articulo/{key:text}/separar",
    "/precios/articulo/{key:text}/olvidar",
    *(
        f"/precios/{of}/avisos{more}"
        for of in ("{id:listing}", "articulo/{key:text}", "categoria/{category:text}")
        for more in ("", "/quitar")
    ),
}


def request(method: str, path: str, body: object = None, **headers: str) -> dict:
    """A request as a function URL hands it over (payload version 2.0)."""
    path, _, query = path.partition("?")
    named = {name.lower().replace("_", "-"): value for name, value in headers.items()}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "made.lambda-url.eu-west-1.on.aws", "content-type": "application/json", **named},
        "requestContext": {
            "domainName": "made.lambda-url.eu-west-1.on.aws",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def body(answer: dict) -> bytes:
    """The bytes of an answer, as a function URL sends them."""
    return base64.b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()


def forecast(account, home: Path) -> str:
    """Publish forecasts of nothing and copy them into the bucket, as docs/aws.md says; returns their version."""

    def fill(folder: Path) -> dict:
        published.write(folder, Forecasts(ForecastIndex({}, {}), np.zeros((0, 0, 0))))
        return {}

    made = ArtifactStore(home / "artifacts").publish(FORECASTS, fill, now=datetime.now(UTC), keep=3)
    folder = made.path.parent
    for path in [*made.path.iterdir(), folder / "current"]:
        account.s3.upload_file(str(path), account.bucket, f"artifacts/{path.relative_to(home / 'artifacts')}")
    return made.version


@pytest.fixture
def api(account, sample_home, tmp_path):
    """The function with the sample on its disk as it would have copied it, and a forecast in the bucket."""
    kept = Path(account.environment["ALMAZARA_HOME"]) / "artifacts" / MOVIES
    shutil.copytree(sample_home / "artifacts" / MOVIES, kept, ignore=shutil.ignore_patterns("*.parquet"))
    for path in kept.glob("*/manifest.json"):
        manifest = json.loads(path.read_bytes())
        files = {name: found for name, found in manifest["files"].items() if not name.endswith(".parquet")}
        path.write_text(json.dumps({**manifest, "files": files}), encoding="utf-8")
    forecast(account, tmp_path)
    account.store.save_listing(product(1, title="Aceite"))
    account.store.append([observed("shop.example:1", 0, "9.95")])
    url = f"s3://{account.bucket}/artifacts"
    with account.function("api", ALMAZARA_ARTIFACTS_URL=url, ALMAZARA_API_KEYS=KEY) as started:
        yield started


def test_films_and_prices_are_answered_and_what_a_function_cannot_do_is_refused(api, account, sample_home, tmp_path):
    ready = api(request("GET", "/ready"))
    health = json.loads(ready["body"])
    assert ready["statusCode"] == 200
    assert health["peliculas"]["version"] == ArtifactStore(sample_home / "artifacts").current_version(MOVIES)
    assert health["precios"]["pronosticos"] == ArtifactStore(tmp_path / "artifacts").current_version(FORECASTS)
    assert [one["id"] for one in json.loads(api(request("GET", "/productos"))["body"])] == ["shop.example:1"]
    titles = json.loads(api(request("GET", "/peliculas?n=2"))["body"])["peliculas"]
    assert api(request("GET", f"/recomendacion/{quote(titles[0]['titulo'])}?n=7"))["statusCode"] == 200

    page = api(request("GET", "/", Accept="text/html", Accept_Encoding="br"))
    assert (page["statusCode"], page["headers"]["content-encoding"]) == (200, "br")
    assert b"<html" in brotli.decompress(body(page))

    new = {"product": "https://shop.example/2"}
    assert api(request("POST", "/productos", new))["statusCode"] == 401
    assert api(request("POST", "/productos", new, X_API_Key=KEY))["statusCode"] == 201
    assert len(account.store.listings(tracked=True)) == 2

    liked = {"gustan": [titles[0]["titulo"]]}
    assert api(request("POST", "/recomendacion/perfil", liked))["statusCode"] == 200
    assert api(request("GET", "/recomendacion/usuario/ana?n=3"))["statusCode"] == 200
    assert api(request("GET", "/data?product=shop.example:1&format=csv"))["statusCode"] == 200
    assert api(request("GET", "/data?product=shop.example:1&format=parquet"))["statusCode"] == 503

    told = api(request("POST", "/scraper?lengua=en", X_API_Key=KEY))
    assert (told["statusCode"], json.loads(body(told))["detail"][:32]) == (503, "Nothing works in the background ")
    refusing = api(request("POST", "/precios/lector/leer", Accept="text/html"))
    assert (refusing["statusCode"], b"<html" in body(refusing), b"segundo plano" in body(refusing)) == (503, True, True)


def test_what_is_published_meanwhile_is_taken_up_within_five_minutes(account, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", account.environment["AWS_ENDPOINT_URL"])
    seconds = itertools.count(0, 200)  # asked once a request, and at the start
    settings = settings_over(tmp_path / "home", artifacts_url=f"s3://{account.bucket}/artifacts")
    serving = Serving(settings, clock=lambda: next(seconds))

    def version() -> str | None:
        return json.loads(serving(request("GET", "/health"), None)["body"])["precios"]["pronosticos"]

    made = forecast(account, tmp_path)
    assert [version(), version()] == [None, made]
    serving.app.state.prices.close()


def test_every_path_that_takes_a_post_either_works_on_a_function_or_is_refused(tmp_path):
    app = serving_app(settings_over(tmp_path))
    described = {path for path, methods in app.openapi()["paths"].items() if "post" in methods}
    pages = {
        route.path
        for group in app.router.routes
        for route, _ in getattr(group, "_routes", [])
        if isinstance(route, Route) and "POST" in route.methods
    }
    by_its_name = {path.replace("{servidor}", "{server}") for path in described | pages}
    assert by_its_name == set(REFUSED) | STAYS
    app.state.prices.close()
