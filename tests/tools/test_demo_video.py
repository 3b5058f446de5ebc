"""The demonstration asks every route for what is there."""

import shutil

import pytest

from almazara import asgi
from demo_video import KEY, ask_all
from price_shop import settings_over
from sample_catalog import served

pytestmark = pytest.mark.training


def test_every_route_that_is_shown_answers(demo_home, tmp_path, light_children):
    home = tmp_path / "home"
    shutil.copytree(demo_home, home, symlinks=True)
    settings = settings_over(home, demo=True, api_keys=(KEY,))
    with served(asgi.app_over(settings)) as client:

        def ask(method, path, body):
            answer = client.request(method, path, json=body, headers={"X-API-Key": KEY})
            return answer.status_code, answer.text

        answered = list(ask_all(client.get("/openapi.json").json(), ask))
    refused = {asked: status for asked, _, status, _ in answered if status >= 300}
    assert refused == {"GET /modelos/peliculas/evaluacion": 404}  # nothing was evaluated here
    assert len(answered) > 40
