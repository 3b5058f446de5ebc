"""What is alive: liveness, readiness, and a plain start page."""

from __future__ import annotations

from html import escape
from importlib import metadata
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from almazara.api.errors import declared
from almazara.errors import UnavailableError

router = APIRouter(tags=["estado"])


class Health(BaseModel):
    """The process answers; `peliculas` says what it answers from."""

    estado: str
    version: str
    peliculas: MoviesHealth | None
    mensaje: str


class MoviesHealth(BaseModel):
    """The catalog in use."""

    version: str
    cantidad: int
    muestra: bool


def _health(request: Request) -> Health:
    live = request.app.state.movies
    movies = None
    message = "Vivo, sin catálogo de películas todavía: ejecute `almazara up`."
    if live.ready:
        service = live.service
        movies = MoviesHealth(version=service.version, cantidad=len(service), muestra=service.is_sample)
        source = "de la muestra inventada" if service.is_sample else "del catálogo"
        message = f"Vivo, con {len(service)} películas {source}."
    return Health(estado="vivo", version=metadata.version("almazara"), peliculas=movies, mensaje=message)


@router.get("/health", summary="El proceso responde")
async def health(request: Request) -> Health:
    return _health(request)


@router.get("/ready", summary="Hay con qué responder", responses=declared(503))
async def ready(request: Request) -> Health:
    if not request.app.state.movies.ready:
        raise UnavailableError("Todavía no hay catálogo de películas: ejecute `almazara up`.")
    return _health(request)


_PAGE: Final = """<!doctype html>
<html lang="es"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Almazara</title>
<style>
 body {{ font: 17px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; color: #2b2d21;
        background: #fbfaf3 }}
 h1 {{ font-size: 2rem; margin: 0 }} h2 {{ font-size: 1.15rem; margin-top: 2rem }}
 a {{ color: #53651b }} code {{ background: #ecebda; padding: .1rem .35rem; border-radius: .25rem }}
 li {{ margin: .4rem 0 }} .on::before {{ content: "● "; color: #3c7d2c }} .off::before {{ content: "○ "; color: #a33 }}
 .note {{ background: #fff3cd; border-left: .3rem solid #c79a00; padding: .6rem 1rem }}
</style></head><body>
<h1>Almazara</h1>
<p>De datos en bruto a respuestas servidas. <span lang="en">Raw data in, answers out.</span></p>
{notice}
<h2>Qué está vivo</h2>
<ul>{alive}</ul>
<h2>Pruebe</h2>
<ul>{links}</ul>
</body></html>
"""
_SAMPLE_NOTICE: Final = (
    '<p class="note">Estas películas son una <b>muestra inventada</b>: no existen. Para usar las reales, '
    "<code>almazara movies fetch</code> y <code>almazara movies build CARPETA</code>. "
    '<span lang="en">This is an invented sample.</span></p>'
)
_LINKS: Final = (
    ("/cantidad_filmaciones_mes/septiembre", "Estrenos de septiembre"),
    ("/cantidad_filmaciones_dia/viernes", "Estrenos en viernes"),
    ("/buscar?q=aceite", "Buscar «aceite»"),
    ("/health", "Salud"),
    ("/metrics", "Métricas"),
    ("/docs", "Todas las rutas"),
)


@router.get("/", include_in_schema=False)
async def start_page(request: Request) -> Response:
    """What is alive and where to go, as plain HTML."""
    found = _health(request)
    line = '<li class="{}">{}</li>'
    alive = [line.format("on" if found.peliculas else "off", escape(f"Películas: {found.mensaje}"))]
    links = [f'<li><a href="{escape(path)}">{text}</a> <code>{escape(path)}</code></li>' for path, text in _LINKS]
    notice = _SAMPLE_NOTICE if found.peliculas and found.peliculas.muestra else ""
    return HTMLResponse(_PAGE.format(notice=notice, alive="".join(alive), links="".join(links)))
