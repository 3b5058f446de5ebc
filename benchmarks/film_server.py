"""The product's app with one route more, which answers a constant: what the query routes are measured against."""

from __future__ import annotations

from fastapi import FastAPI

from almazara.asgi import create_app


def create_measured_app() -> FastAPI:
    """`almazara.asgi:create_app` and `/trivial`."""
    app = create_app()

    @app.get("/trivial")
    async def trivial() -> dict[str, bool]:
        return {"ok": True}

    return app
