"""The demonstration: walks the real site and every route of the API in a browser, with captions, and films it.

Run: make demo-video    (python tools/demo_video.py [--film demo.webm] [--pictures pictures])

A server of its own is started in an empty home, as `almazara up` starts one; it waits until the demo shop was read and
forecast. The film, WebM and MP4, is kept beside a release; the pictures are those of the README.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from playwright.sync_api import APIRequestContext, Browser, Page, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync")
WIDTH: Final = 1280
HEIGHT: Final = 720
KEY: Final = "demostracion"
LONGEST_SECONDS: Final = 420
_READING_SECONDS: Final = 3.2  # how long a caption stands
_ROUTE_SECONDS: Final = 2.2
_FORECAST_SECONDS: Final = 900  # how long is waited for the first forecasts: with all extras, by every model
_CAPTION: Final = """text => {
  const box = document.getElementById('caption') || document.body.appendChild(document.createElement('div'));
  box.id = 'caption'; box.textContent = text;
  Object.assign(box.style, {position: 'fixed', left: '0', right: '0', bottom: '0', padding: '14px 32px', zIndex: 9,
    background: '#20231a', color: '#fcfbf5', font: '600 22px/1.35 "Public Sans", sans-serif'});
}"""
_SHOWN_LINES: Final = 22
_VALUES: Final = {
    "q": "oliva", "product": "demo:garrafa-5l", "category": "demo-olive-oil", "good": "demo:garrafa-5l",
    "cosa": "demo:garrafa-5l~2", "servidor": "jellyfin"
}  # fmt: skip
_QUERIES: Final = {
    "/recomendacion/grupo": "usuarios=ana,luis",
    "/predict": "product=demo:garrafa-5l&horizon=14",
    "/data": "product=demo:garrafa-5l&daily=true",
}
_MADE: Final = ("run_id", "rule_id", "move_id", "id")  # what names that which a POST made
_BODIES: Final[dict[str, Any]] = {
    "/peliculas": {"peliculas": ["Gone with the Olive"]},
    "/recomendacion": {"peliculas": ["Gone with the Olive"]},
    "/recomendacion/grupo": {"usuarios": ["ana", "luis"]},
    "/recomendacion/usuario/{usuario}": {"sin_genero": ["Terror"]},
    "/recomendacion/perfil": {"gustan": ["Gone with the Olive"]},
    "/eventos": {"id": "demo-1", "usuario": "ana", "pelicula": 900007, "tipo": "me_gusta"},
    "/eventos/{servidor}": {"NotificationType": "PlaybackStop"},
    "/goods": {"products": ["demo:garrafa-5l", "demo-2:ejemplo-garrafa"]},
    "/productos": {"product": "https://www.amazon.es/dp/B000000000", "category": "olive-oil"},
    "/announced-moves": {"date": "2027-01-01", "factor": 1.02, "group": "olive-oil"},
    "/alerts/rules": {"kind": "below_target", "product": "demo:garrafa-5l", "target": "30"},
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A page, what is said over it, and the name of its picture, if it is one of the README's."""

    path: str
    caption: str
    picture: str = ""
    scroll: int = 0


SCENES: Final = (
    Scene("/", "Almazara: de datos en bruto a respuestas servidas, con un solo comando: make up", "start"),
    Scene("/precios", "Precios: del litro más barato al más caro; cada uno en su regla, con su consejo", "prices"),
    Scene(
        "/precios/demo:garrafa-5l", "Un producto: primero la decisión; después, la historia y lo que viene", "product"
    ),
    Scene("/precios/demo:garrafa-5l", "El pronóstico con sus intervalos, y por qué se aconseja eso", scroll=560),
    Scene(
        "/precios/categoria/demo-olive-oil",
        "Una categoría: a dónde va el litro, y el más barato de cada calidad",
        "category",
    ),
    Scene("/precios/articulo/gtin:9520000000011", "Un artículo: quién lo vende, y lo más barato de cada día"),
    Scene(
        "/precios/cesta?cosa=gtin:9520000000011~2&cosa=demo:suave-1l&cosa=gtin:9520000000028&envio=demo~4.99&envio=demo-2~3",
        "Una cesta: dónde comprar cada cosa para que salga más barata, con el envío",
    ),
    Scene("/precios/modelos", "Cada pronóstico publicado, al lado de lo que vino"),
    Scene("/precios/lector", "El lector de precios: si está sano, qué retiene y por qué, y una pasada con su progreso"),
    Scene("/peliculas?q=olibo", "Películas: se busca mientras se escribe, también con erratas"),
    Scene(
        "/peliculas?gusta=Gone+with+the+Olive&gusta=Extra+Virgin+Olive",
        "«Me gustaron estas»: qué ver, y por qué",
        scroll=420,
    ),
    Scene("/peliculas/900007", "Una película: sus cifras, entre las de su género y su década", "film"),
    Scene("/peliculas/900007", "Qué ver después, por cada método, con motivos que se pueden comprobar", scroll=620),
    Scene("/personas/Fenna%20Eldhurst", "Una persona: sus películas en el tiempo y lo que devolvieron"),
    Scene("/peliculas/modelo", "Qué recomendador se sirve, medido al lado de los de otras bibliotecas", "model"),
    Scene("/explorar", "Exploración: cada figura, con una frase calculada y su tabla", "explore"),
    Scene("/explorar/distribuciones", "Distribuciones, por décadas"),
    Scene("/explorar/atipicas", "Atípicas: con la regla que las señala y sus nombres"),
    Scene("/explorar/dinero", "Retorno y presupuesto, y qué va con qué"),
    Scene("/explorar/tendencias", "Tendencias y la nube de palabras de los títulos", scroll=1500),
    Scene("/explorar/datos", "Qué falta, qué quitó la limpieza y por qué"),
    Scene("/precios?lengua=en&tema=oscuro", "En inglés y en oscuro; sin JavaScript también", "prices-dark"),
)


@contextlib.contextmanager
def server(home: Path) -> Iterator[str]:
    """`almazara up` in a home of its own; gives its address."""
    settings = {"ALMAZARA_HOME": str(home), "ALMAZARA_API_KEYS": KEY}
    command = [sys.executable, "-m", "almazara", "up", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **settings}) as process:
        try:
            lines = iter(process.stderr or ())
            yield next(line.split()[1] for line in lines if line.startswith("Almazara: http://"))
        finally:
            process.terminate()


def wait_for_forecasts(api: APIRequestContext) -> None:
    """Until the demo shop was read and forecast."""
    until = time.monotonic() + _FORECAST_SECONDS
    while not api.get("/predict?product=demo:garrafa-5l&horizon=14").ok:
        if time.monotonic() > until:
            raise SystemExit("The forecasts of the demo shop were not there in time.")
        time.sleep(2)


def evaluate(home: Path) -> None:
    """Measure the recommenders, so that there is something to show."""
    command = [sys.executable, "-m", "almazara", "movies", "evaluate", "--split", "random"]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "ALMAZARA_HOME": str(home)})


def link_ffmpeg(folder: Path) -> None:
    """Playwright films with an ffmpeg of its own place and name: there it finds ours."""
    import imageio_ffmpeg
    import playwright

    listed = json.loads((Path(playwright.__file__).parent / "driver/package/browsers.json").read_text(encoding="utf-8"))
    revision = next(one["revision"] for one in listed["browsers"] if one["name"] == "ffmpeg")
    place = folder / f"ffmpeg-{revision}"
    place.mkdir(parents=True)
    (place / "ffmpeg-linux").symlink_to(imageio_ffmpeg.get_ffmpeg_exe())
    os.environ["PLAYWRIGHT_BROWSERS_PATH"] = str(folder)


def show(page: Page, scene: Scene, address: str, pictures: Path) -> None:
    """Open a page, say what it is, and keep its picture."""
    page.goto(address + scene.path)
    if scene.scroll:
        page.evaluate(f"scrollTo({{top: {scene.scroll}, behavior: 'smooth'}})")
    elif scene.picture:
        page.screenshot(path=pictures / f"{scene.picture}.png")
    page.evaluate(_CAPTION, scene.caption)
    page.wait_for_timeout(_READING_SECONDS * 1000)


def routes(described: dict[str, Any], made: Mapping[str, str]) -> Iterator[tuple[str, str, str, str]]:
    """Each route of the API: its method, its path as described, the address to ask, and its summary.

    Args:
        described: The API's description, OpenAPI.
        made: What POST made at a path, such as a run: its id. It is read when the next route is asked for.
    """
    # A reading of prices makes all forecasts anew, and no second retraining starts beside that.
    for path, methods in sorted(described["paths"].items(), key=lambda one: one[0].startswith("/scraper")):
        for method, route in methods.items():
            required = [one for one in route.get("parameters", []) if one.get("required")]
            values = {one["name"]: _VALUES.get(one["name"]) or str(one.get("example", "")) for one in required}
            filled = path
            for one in required:
                if one["in"] == "path":
                    value = made.get(path.rpartition("/")[0]) or values[one["name"]]
                    filled = filled.replace(f"{{{one['name']}}}", quote(value))
            query = urlencode({one["name"]: values[one["name"]] for one in required if one["in"] == "query"})
            query = _QUERIES.get(path, query) if method == "get" else query
            yield method.upper(), path, f"{filled}?{query}" if query else filled, route.get("summary", "")


def ask_all(
    described: dict[str, Any], ask: Callable[[str, str, Any], tuple[int, str]]
) -> Iterator[tuple[str, str, int, str]]:
    """Ask each route for real; gives what was asked, its summary, the status and the answer."""
    made: dict[str, str] = {}
    for method, path, asked, summary in routes(described, made):
        status, text = ask(method, asked, _BODIES.get(path) if method == "POST" else None)
        with contextlib.suppress(ValueError):
            answer = json.loads(text)
            text = json.dumps(answer, ensure_ascii=False, indent=1)
            if method == "POST":
                made[path] = next((str(answer[name]) for name in _MADE if name in answer), "")
        yield f"{method} {asked}", summary, status, text


def show_answer(page: Page, asked: str, summary: str, status: int, text: str) -> None:
    """What was asked and what came, as a page."""
    lines = "\n".join(line[:130] for line in text.splitlines()[:_SHOWN_LINES])
    page.set_content(
        '<body style="margin:24px 32px;background:#fcfbf5;color:#20231a"><h1 style="font:600 24px sans-serif">'
        f"{escape(asked)} <small style='color:#4c5d18'>{status}</small></h1>"
        f'<pre style="font:15px/1.4 monospace">{escape(lines)}</pre>'
    )
    page.evaluate(_CAPTION, summary)
    page.wait_for_timeout(_ROUTE_SECONDS * 1000)


def walk(browser: Browser, address: str, folder: Path, pictures: Path) -> Path:
    """All scenes and routes; returns the film."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": WIDTH, "height": HEIGHT},
        locale="es-ES",
        color_scheme="light",
        record_video_dir=folder,
        record_video_size={"width": WIDTH, "height": HEIGHT},
    )
    page, api = context.new_page(), context.request
    for scene in SCENES:
        show(page, scene, address, pictures)
    page.goto("about:blank")  # the policy of our pages would take the answers' styles away

    def ask(method: str, path: str, body: Any) -> tuple[int, str]:  # noqa: ANN401 - any JSON
        headers = {"X-API-Key": KEY, "Accept": "application/json"}
        answer = api.fetch(path, method=method, headers=headers, **({"data": body} if body else {}))
        return answer.status, answer.text()

    for answered in ask_all(api.get("/openapi.json").json(), ask):
        show_answer(page, *answered)
    page.goto(address + "/docs")
    page.evaluate(_CAPTION, "Todas las rutas, documentadas: /docs")
    page.wait_for_timeout(_READING_SECONDS * 1000)
    context.close()
    if page.video is None:
        raise SystemExit("Playwright recorded no film.")
    return Path(page.video.path())


def main() -> None:
    """Film it, and say where the film is."""
    import imageio_ffmpeg

    parser = argparse.ArgumentParser(description="The demonstration, filmed.")
    parser.add_argument("--film", type=Path, default=Path("dist/demo.webm"))
    parser.add_argument("--pictures", type=Path, default=Path("pictures"))
    asked = parser.parse_args()
    asked.film.parent.mkdir(parents=True, exist_ok=True)
    asked.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, server(Path(name) / "home") as address:
        link_ffmpeg(Path(name) / "browsers")
        with sync_playwright() as started:
            wait_for_forecasts(started.request.new_context(base_url=address))
            evaluate(Path(name) / "home")
            browser = started.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
            begun = time.monotonic()
            film = walk(browser, address, Path(name) / "film", asked.pictures)
            seconds = time.monotonic() - begun
            browser.close()
        shutil.copy(film, asked.film)
    mp4 = asked.film.with_suffix(".mp4")
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(),
            "-y",
            "-loglevel",
            "error",
            "-i",
            str(asked.film),
            "-pix_fmt",
            "yuv420p",
            str(mp4),
        ],
        check=True,
    )
    print(f"{asked.film} and {mp4}: {seconds:.0f} s; pictures in {asked.pictures}.")
    if seconds > LONGEST_SECONDS:
        raise SystemExit(f"The film is longer than {LONGEST_SECONDS} s.")


if __name__ == "__main__":
    main()
