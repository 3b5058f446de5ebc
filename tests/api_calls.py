"""One call of every operation of the API over the sample and the demo shop, in an order in which each can succeed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FILM = "Gone with the Olive"
LATER = {"product", "other", "good", "move", "rule", "reading", "retraining", "training"}
"""What is known only when calls before have been answered: `{name}` in a call stands for it."""


@dataclass(frozen=True, slots=True)
class Call:
    """An operation and what it is asked.

    Attributes:
        status: What it answers.
        learns: Name of what later calls need, and the path to it in the answer.
    """

    operation: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    status: int = 200
    learns: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict)

    def with_known(self, known: Mapping[str, str]) -> "Call":
        """The same with what earlier answers told in the place of `{name}`."""
        path, query, body = (_filled(part, known) for part in (self.path, self.query, self.body))
        return Call(self.operation, path, query, body, self.status, self.learns)

    def told(self, answer: Any) -> dict[str, str]:
        """What later calls need of the answer."""
        found = {}
        for name, place in self.learns.items():
            value = answer
            for step in place:
                value = value[step]
            found[name] = value
        return found


def _filled(part: Any, known: Mapping[str, str]) -> Any:
    match part:
        case str():
            return part.format_map(known) if part[:1] == "{" and part[1:-1] in LATER else part
        case dict():
            return {name: _filled(inner, known) for name, inner in part.items()}
        case list():
            return [_filled(inner, known) for inner in part]
        case _:
            return part


def _both(operation: str, **named: str) -> list[Call]:
    """A question of the brief, by its path and by the query."""
    return [Call(operation, path=named), Call(f"{operation}_in_query", query=named)]


NOTICE = {
    "NotificationType": "PlaybackStop",
    "UtcTimestamp": "2026-03-01T20:00:00.0000000Z",
    "ItemType": "Movie",
    "Provider_tmdb": "900007",
    "PlayedToCompletion": True,
    "NotificationUsername": "ana",
}
EVENT = {"id": "8c2f-1", "usuario": "ana", "pelicula": 900007, "tipo": "valoracion", "valor": 4.5}
CALLS = [
    *_both("films_in_month", mes="enero"),
    *_both("films_on_day", dia="lunes"),
    *_both("score", titulo=FILM),
    *_both("votes", titulo=FILM),
    *_both("actor", nombre_actor="Ramona Wendández"),
    *_both("director", nombre_director="Fenna Eldhurst"),
    *_both("recommendation", titulo=FILM),
    *_both("films_in_language", idioma="inglés"),
    *_both("films_from_country", pais="España"),
    *_both("runtime", titulo=FILM),
    *_both("franchise", franquicia="Aceituna Jones"),
    *_both("studio", productora="Almazara Original Negatives"),
    Call("people", query={"q": "eldhurst"}),
    Call("person", path={"nombre": "Fenna Eldhurst"}),
    Call("search", query={"q": "olive", "n": 3}),
    Call("browse", query={"genero": "comedia", "orden": "estreno", "n": 3}),
    Call("film", path={"id": "900007"}),
    Call("standing", path={"id": "900007"}),
    Call("similar_by_method", path={"id": "900007"}, query={"n": 2}),
    Call("films", body={"peliculas": [FILM, 900007]}),
    Call("similar", body={"peliculas": [FILM], "n": 2}),
    Call("cleaning"),
    Call("quarantine", query={"n": 2}),
    Call("add_events", body=[EVENT, {**EVENT, "id": "8c2f-2", "usuario": "eva"}]),
    Call("hear", path={"servidor": "jellyfin"}, body=NOTICE),
    Call("for_user", path={"usuario": "ana"}, query={"n": 2}),
    Call("listed_for_user", path={"usuario": "ana"}, body={"n": 2, "genero": ["drama"]}),
    Call("for_group", query={"usuarios": "ana,eva", "n": 2}),
    Call("listed_for_group", body={"usuarios": ["ana", "eva"], "n": 2}),
    Call("for_profile", body={"gustan": [FILM], "n": 2}),
    Call("delete_user", path={"usuario": "eva"}),
    Call("model_state"),
    Call("versions"),
    Call("evaluation"),
    Call("retrain_films", status=202, learns={"training": ("id",)}),
    Call("training_runs"),
    Call("training_run", path={"run_id": "{training}"}),
    Call("products", query={"limit": 2}, learns={"product": (0, "id"), "other": (1, "id")}),
    Call("add_product", body={"product": "B07G9YBJ2K", "marketplace": "es", "category": "demo-olive-oil"}, status=201),
    Call("add_product", body={"product": "B07G9YBJ2K", "marketplace": "es"}),  # which is followed already
    Call("remove_product", path={"product_id": "amazon.es:B07G9YBJ2K"}, status=204),
    Call("data", query={"product": "{product}", "limit": 2}),
    Call("overview", query={"limit": 2}),
    Call("story", query={"product": "{product}"}),
    Call("categories"),
    Call("category_story", path={"category": "demo-olive-oil"}),
    Call("declare", body={"products": ["{product}", "{other}"]}, status=201, learns={"good": ("good", "good_id")}),
    Call("goods", query={"limit": 1}),
    Call("good", path={"good": "{good}"}),
    Call("basket", query={"cosa": ["{product}", "{other}"]}),
    Call("undeclare", path={"good": "{product}"}, status=204),
    Call("predict", query={"product": "{product}", "horizon": 2, "levels": "80", "target": 9.5}),
    Call(
        "announce",
        body={"date": "2036-10-01", "factor": 1.02, "group": "olive-oil"},
        status=201,
        learns={"move": ("move_id",)},
    ),
    Call("announced_moves"),
    Call("withdraw", path={"move_id": "{move}"}, status=204),
    Call("forecast_scores"),
    Call("issued_forecasts", query={"product": "{product}"}),
    Call("advice", query={"product": "{product}", "quantity": 3}),
    Call("cheapest", query={"category": "demo-olive-oil"}),
    Call("add_rule", body={"kind": "drop", "percent": "10"}, status=201, learns={"rule": ("rule_id",)}),
    Call("rules"),
    Call("remove_rule", path={"rule_id": "{rule}"}, status=204),
    Call("events"),
    Call("scrape", body={"products": ["{product}"]}, status=202, learns={"reading": ("run_id",)}),
    Call("scrape_run", path={"run_id": "{reading}"}),
    Call("retrain", status=202, learns={"retraining": ("run_id",)}),
    Call("retrain_run", path={"run_id": "{retraining}"}),
    Call("runs", query={"limit": 1}),
    Call("held"),
    Call("blocked"),
    Call("health"),
    Call("ready"),
    Call("metrics"),
]
