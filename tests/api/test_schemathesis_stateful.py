"""Calls after calls, over all routes of the API and the forms of the site: no server error, and every promise kept."""

import re
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import positive_data_acceptance

from almazara import app
from almazara.movies.renewing import training_runs
from almazara.prices.fetching.replay import ReplaySource
from almazara.prices.forecasting import retraining
from almazara.web import site
from price_shop import NOW, observed, opened, product, settings_over
from profiles import NIGHTLY, examples
from sample_catalog import app_over, served

pytestmark = pytest.mark.server

KEY = "a-key-for-schemathesis"
NAMES = {"type": "string", "enum": ["shop.example:1", "shop.example:2", "oil", "gtin:8400000000017:1"]}
TEXT = {"anyOf": [NAMES, {"type": "string", "maxLength": 60}]}
FIELDS = {
    "/avisos": {
        "sobre": TEXT,
        "precio": {"anyOf": [{"type": "string", "enum": ["", "coupon", "seller:used"]}, TEXT]},
        "tipo": {"anyOf": [{"type": "string", "enum": ["below_target", "drop", "rise", "lowest", "buy_now"]}, TEXT]},
        "valor": {"anyOf": [{"type": "string", "enum": ["5", "5,5", "0", "-1", "1e9", "nan"]}, TEXT]},
    },
    "/quitar": {"aviso": TEXT},
    "/articulo": {"uno": TEXT, "otro": TEXT},
    "/separar": {"producto": TEXT},
    "/olvidar": {"producto": TEXT},
    "/entrar": {"ficha": TEXT},
    "/entrenar": {},
    "/leer": {},
    "/pronosticar": {},
}
"""What forms hold, by the end of their addresses."""


def with_forms(described: dict[str, Any]) -> dict[str, Any]:
    """The description of the API with the forms of the site beside it."""
    for route in site._PAGES:
        if "POST" not in route.methods:
            continue
        plain = re.sub(r":\w+}", "}", route.path)
        fields = next(fields for end, fields in FIELDS.items() if plain.endswith(end))
        named = [part.split("}")[0] for part in plain.split("{")[1:]]
        form = {"type": "object", "properties": {**fields, "clave": {"type": "string", "enum": [KEY]}}}
        described["paths"][plain] = {
            "post": {
                "operationId": plain,
                "parameters": [{"name": name, "in": "path", "required": True, "schema": NAMES} for name in named],
                "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": form}}},
                "responses": {"default": {"description": "a page, or another one to go to"}},
            }
        }
    return described


with tempfile.TemporaryDirectory() as _empty:
    (Path(_empty) / "nothing" / "artifacts").mkdir(parents=True)
    _app = app_over(Path(_empty) / "nothing", Path(_empty) / "home")
    schema = schemathesis.openapi.from_dict(with_forms(_app.openapi()))
    schema.config.checks.negative_data_rejection.expected_statuses.append("413")  # some bodies are 3 MB long


@pytest.fixture(scope="module")
def address(sample_home, tmp_path_factory):
    """A server over the sample of films and a few products; its shops are an empty folder, and nothing is trained."""
    home, pages = tmp_path_factory.mktemp("stateful") / "home", tmp_path_factory.mktemp("pages")
    shift = datetime.now(UTC) - NOW
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.prices, "page_source", lambda *_args, **_values: ReplaySource(pages))
        for module in (retraining, training_runs):
            patch.setattr(module, "_WORK", replace(module._WORK, command=("true",)))
        with opened(settings_over(home)) as prices:
            for number in (1, 2, 3):
                prices.store.save_listing(product(number, category="oil"))
            rows = [observed(f"shop.example:{n}", day, f"{n}.{day:02}") for n in (1, 2) for day in range(30)]
            prices.store.append(replace(one, observed_at=one.observed_at + shift) for one in rows)
        with served(app_over(sample_home, home, api_keys=KEY, writes_per_minute=10**6)) as client:
            yield str(client.base_url)


def test_no_sequence_of_calls_makes_a_server_error_or_breaks_a_promise(address):
    class Calls(schema.as_state_machine()):
        def get_call_kwargs(self, case):
            return {"base_url": address, "headers": {"X-API-Key": KEY}, "allow_redirects": False}

        def validate_response(self, response, case, additional_checks=None, **kwargs):
            # What no schema can say makes a request wrong that looks right; the tests of single calls name where.
            case.validate_response(response, excluded_checks=[positive_data_acceptance], transport_kwargs=kwargs)

    # One at a time: the server goes on from where the sequence before has left it, so that none can be repeated.
    once = settings(
        max_examples=1,
        stateful_step_count=30,
        phases=[Phase.generate],
        database=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
    for number in range(100 if NIGHTLY else 5):
        hypothesis.seed(number)(Calls).run(settings=once)


@schema.include(path_regex=f"({'|'.join(FIELDS)})$").parametrize()
@settings(max_examples=examples(nightly=100), suppress_health_check=list(HealthCheck))
def test_no_form_makes_a_server_error(case, address):
    response = case.call(base_url=address, headers={"X-API-Key": KEY}, allow_redirects=False)
    case.validate_response(response, checks=[not_a_server_error])
