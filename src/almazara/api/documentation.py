"""The page that describes the API: its own assets, and a policy that runs no script but them and its own."""

import re
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html

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
