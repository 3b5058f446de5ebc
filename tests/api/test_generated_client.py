"""Every operation answers as its description shows, and a client that is generated of that can call each of them."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, get_args, get_type_hints

import httpx
import pytest
from openapi_schema_validator import OAS31Validator, validate

from almazara import asgi
from almazara.api import examples
from almazara.movies.judging.kept_evaluation import MeasuredMethod, NotMeasured, write_evaluation
from api_calls import CALLS
from made_evaluations import COST, evaluation, ndcg
from price_shop import settings_over
from sample_catalog import served

pytestmark = pytest.mark.server

FILE = Path(examples.__file__).with_name(examples.FILE)
MOST_ITEMS = 2
HYBRID = MeasuredMethod("hybrid", None, True, [ndcg(0.4)], COST)
EVALUATION = evaluation([HYBRID], None, "ml-1m", 30, NotMeasured("random als", "implicit is not installed"))


@pytest.fixture
def whole(demo_home, tmp_path):
    """A client of the app over the sample and the demo shop, with all that can be asked for, and its description."""
    home = tmp_path / "whole"
    shutil.copytree(demo_home, home, symlinks=True)
    settings = settings_over(home, demo=True)
    write_evaluation(settings, EVALUATION)
    app = asgi.app_over(settings)
    with served(app) as client:
        yield client, app.openapi()


def operations(description):
    """Method, path and description of each operation by its id."""
    return {
        operation["operationId"]: (method, path, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    }


def cut(answer):
    """The answer with the first items of its lists alone."""
    match answer:
        case list():
            return [cut(one) for one in answer[:MOST_ITEMS]]
        case dict():
            return {name: cut(value) for name, value in answer.items()}
        case _:
            return answer


def shape(answer, other):
    """What both have in common of the names in an answer; None, and lists without items, are like anything."""
    match answer, other:
        case dict(), dict():
            return {name: shape(value, other.get(name)) for name, value in answer.items()}
        case list(), list():
            return [shape(one, two) for one, two in zip(answer[:1], other[:1], strict=False)]
        case _:
            return None


def test_every_operation_answers_as_its_example_shows(whole, request):
    client, description = whole
    described, known, recorded = operations(description), {}, {}
    assert {call.operation for call in CALLS} == set(described)
    for call in CALLS:
        method, path, operation = described[call.operation]
        asked = call.with_known(known)
        response = client.request(
            method, path.format_map(asked.path), params=dict(asked.query), json=asked.body or None
        )
        assert response.status_code == call.status, f"{call.operation}: {response.text}"
        is_json = response.headers.get("content-type") == "application/json"
        answer = response.json() if is_json else None
        if call.learns:
            known |= asked.told(answer)
        made = recorded.setdefault(
            call.operation, {"asked": {**asked.path, **asked.query}, "body": asked.body, "answers": {}}
        )
        if is_json:
            made["answers"][str(call.status)] = cut(answer)
            schema = operation["responses"][str(call.status)]["content"]["application/json"]["schema"]
            schema = {**schema, "components": description["components"]}
            validate(answer, schema, cls=OAS31Validator)
    recorded = {name: {of: part for of, part in made.items() if part} for name, made in recorded.items()}
    if request.config.getoption("--record-examples"):
        FILE.write_text(json.dumps(recorded, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    assert kept.keys() == recorded.keys(), "make examples"
    for operation, made in recorded.items():
        for status, answer in made.get("answers", {}).items():
            shown = kept[operation]["answers"][status]
            assert shape(shown, answer) == shape(answer, shown), f"{operation}: make examples"


def test_every_request_and_answer_in_json_has_an_example_that_fits_its_schema(whole):
    _, description = whole
    for method, path, operation in operations(description).values():
        contents = [answer.get("content", {}) for answer in operation["responses"].values()]
        contents.append(operation.get("requestBody", {}).get("content", {}))
        for kind, content in chain.from_iterable(one.items() for one in contents):
            if "json" in kind:
                assert "example" in content, f"{method} {path}"
                validate(
                    content["example"],
                    {**content["schema"], "components": description["components"]},
                    cls=OAS31Validator,
                )
        for parameter in operation.get("parameters", ()):
            assert not parameter.get("required") or "example" in parameter, f"{method} {path}: {parameter['name']}"


@pytest.fixture
def generated(whole, tmp_path, monkeypatch):
    """The name of the package that openapi-python-client makes of the description, without a warning."""
    _, description = whole
    (tmp_path / "openapi.json").write_text(json.dumps(description), encoding="utf-8")
    options = ["--path", "openapi.json", "--meta", "none", "--output-path", "generated", "--fail-on-warning"]
    command = [Path(sys.executable).with_name("openapi-python-client"), "generate", *options]
    path = os.pathsep.join([str(command[0].parent), os.environ["PATH"]])  # where it finds Ruff
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "arning" not in done.stdout + done.stderr
    monkeypatch.syspath_prepend(tmp_path)
    yield "generated"
    for name in [name for name in sys.modules if name.split(".")[0] == "generated"]:
        del sys.modules[name]


def body_of(kinds, sent):
    """What a generated function takes for a body: an object of the first class of its annotation that takes it."""
    if isinstance(sent, list):
        listed = next(get_args(kind)[0] for kind in get_args(kinds) if getattr(kind, "__origin__", None) is list)
        return [listed.from_dict(one) for one in sent]
    for kind in get_args(kinds) or (kinds,):
        with suppress(AttributeError, KeyError, TypeError, ValueError):
            return kind.from_dict(sent)
    raise AssertionError(f"{kinds} takes no {sent}")


def called(package, call, description, client):
    """The answer of a generated client to a call."""
    _, _, operation = operations(description)[call.operation]
    module = importlib.import_module(f"{package}.api.{operation['tags'][0]}.{call.operation}")
    kinds = get_type_hints(module.sync_detailed)
    arguments: dict[str, Any] = {}
    for name, value in {**call.path, **call.query}.items():
        enums = [kind for kind in (get_args(kinds.get(name)) or (kinds.get(name),)) if hasattr(kind, "__members__")]
        arguments[name] = enums[0](value) if enums else value
    if call.body:
        arguments["body"] = body_of(kinds["body"], call.body)
    return module.sync_detailed(client=client, **arguments)


def test_a_generated_client_calls_every_operation_and_reads_its_answers_and_errors(whole, generated):
    api, description = whole
    package, known = importlib.import_module(generated), {}
    with package.Client(base_url=str(api.base_url).rstrip("/"), timeout=httpx.Timeout(60)) as client:
        for call in CALLS:
            answer = called(generated, call.with_known(known), description, client)
            assert answer.status_code == call.status, f"{call.operation}: {answer.content}"
            if call.learns:
                known |= call.told(json.loads(answer.content))
            if answer.headers.get("content-type") == "application/json":
                assert answer.parsed is not None, call.operation
                assert type(answer.parsed).__name__ not in {"ProblemDetails", "BatchProblem"}
        module = importlib.import_module(f"{generated}.api.peliculas.score")
        missing = module.sync(client=client, titulo="Nada de nada")
    assert (type(missing).__name__, missing.status) == ("ProblemDetails", 404)
