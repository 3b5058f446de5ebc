"""The description of the API and its page: its own assets, and a policy that runs no script but them and its own."""

import re
from collections.abc import Iterable
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from pydantic import BaseModel

from almazara.api.errors import ProblemDetails
from almazara.api.examples import shown
from almazara.api.security import content_policy, hash_of

_ASSETS: Final = "/static-offline-docs"  # where fastapi_offline serves them
_INLINE: Final = re.compile("<script>(.*?)</script>", re.DOTALL)


def install(app: FastAPI) -> None:
    """Serve it at /docs."""

    @app.get("/docs", include_in_schema=False)
    async def documentation(request: Request) -> Response:
        root = request.scope.get("root_path", "")
        page = get_swagger_ui_html(
            title=app.title,
            openapi_url=f"{root}{app.openapi_url}",
            swagger_js_url=f"{root}{_ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{root}{_ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{root}{_ASSETS}/favicon.png",
        )
        scripts = [hash_of(script) for script in _INLINE.findall(bytes(page.body).decode())]
        page.headers["Content-Security-Policy"] = content_policy(
            ["'self'", *scripts], ["'self'"], app.state.frame_origins
        )
        return page


def describe(app: FastAPI, models: Iterable[type[BaseModel]]) -> None:
    """Describe these models and errors beside those of the routes, and show an example of every request and answer."""
    every: list[type[BaseModel]] = [ProblemDetails, *models]
    describe_routes = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:  # FastAPI keeps what it has described once
            named = {model.__name__: _schema_of(model) for model in every}
            found = describe_routes()
            found.setdefault("components", {}).setdefault("schemas", {}).update(named)
            shown(found["paths"])
        return describe_routes()

    app.openapi = described  # type: ignore[method-assign]


def _schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a model as it stands in a description by itself: `$defs` would be looked for at the wrong place."""
    schema = model.model_json_schema()
    parts = schema.pop("$defs", {})

    def inlined(node: Any) -> Any:  # noqa: ANN401 - any part of a schema
        match node:
            case {"$ref": str(place), **more}:
                return inlined({**parts[place.rpartition("/")[2]], **more})
            case dict():
                return {name: inlined(inner) for name, inner in node.items()}
            case list():
                return [inlined(inner) for inner in node]
            case _:
                return node

    return {name: inlined(inner) for name, inner in schema.items()}
