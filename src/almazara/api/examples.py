"""An example of what every operation is asked and of each of its answers, for the description of the API.

Those of answers were recorded (`make examples`); a test holds them beside what comes.
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from almazara.api.errors import PROBLEM_TYPE, ProblemDetails, title
from almazara.api.security import KEY_HEADER
from almazara.words.said import Said, said

FILE: Final = "examples.json"
_PROBLEMS: Final[Mapping[int, Said]] = {
    401: said("asking.request.no_key", header=KEY_HEADER),
    403: said("asking.request.foreign_page"),
    404: said("films.error.no_title", title="Gone wiht the Olive", of_year="", with_id=""),
    409: said("films.error.other_content", n="1", first="8c2f-1"),
    413: said("asking.request.too_large", most=64),
    422: said("asking.parameter.near", name="gener", near="genero"),
    429: said("asking.request.too_often", most=60, seconds=12),
    503: said("films.error.no_catalog"),
}
_NEAR: Final = {404: ["Gone with the Olive (1998)"], 422: ["genero"]}


def shown(paths: Mapping[str, Mapping[str, Any]]) -> None:
    """Put an example beside every parameter, body and answer of the operations of a description that has none."""
    recorded = json.loads(files(__package__).joinpath(FILE).read_text(encoding="utf-8"))
    problems = {str(status): _problem(status) for status in _PROBLEMS}
    for operation in (one for methods in paths.values() for one in methods.values()):
        example = recorded.get(operation["operationId"], {})
        for parameter in operation.get("parameters", ()):
            if parameter["name"] in example.get("asked", {}):
                parameter.setdefault("example", example["asked"][parameter["name"]])
        if "body" in example:
            _add(operation["requestBody"]["content"]["application/json"], example["body"])
        for status, answer in operation["responses"].items():
            content = answer.get("content", {})
            if status in example.get("answers", {}) and "application/json" in content:
                _add(content["application/json"], example["answers"][status])
            if PROBLEM_TYPE in content:
                _add(content[PROBLEM_TYPE], problems[status])


def _add(content: dict[str, Any], example: object) -> None:
    content.setdefault("example", example)


def _problem(status: int) -> dict[str, Any]:
    told = ProblemDetails(
        title=title(status).text(), status=status, detail=_PROBLEMS[status].text(), sugerencias=_NEAR.get(status, [])
    )
    return told.model_dump()
