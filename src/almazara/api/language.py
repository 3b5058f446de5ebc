"""In which language an answer is told: that which its address asks for, else the one that its reader prefers."""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Depends, Query, Request, Response

from almazara.api.weights import preferences
from almazara.words.numbers import Language

NAMES: Final = ("lengua", "language")
"""What asks for it, of films and of prices."""
SPOKEN: Final = {"Vary": "Accept-Language"}
"""Headers of an answer that is told in the language of its reader."""
SAID: Final = "En qué lengua se dicen las frases; si falta, la que prefiera la cabecera Accept-Language: es o en."


def preferred(header: str) -> Language:
    """The one of our languages that an Accept-Language likes best; Spanish where it likes neither.

    Example:
        >>> [preferred(one).value for one in ("en-GB,es;q=0.8", "fr,en;q=0.5", "*", "*;q=0.5,en;q=0.1", "es;q=0,*")]
        ['en', 'en', 'es', 'es', 'en']
    """
    named = preferences(header)
    ours = [(weight, Language(name[:2])) for name, weight in named if name[:2] in set(Language)]
    others = [one for one in Language if one not in {language for _, language in ours}]
    ours += [(weight, one) for name, weight in named if name == "*" for one in others]
    return max((one for one in ours if one[0] > 0), key=lambda one: one[0], default=(0.0, Language.ES))[1]


def language_of(request: Request) -> Language:
    """What the address asks for, if it is a language of ours, else what the reader prefers."""
    asked = (request.query_params.get(name) for name in NAMES) if request.scope["query_string"] else ()
    found = next((Language(one) for one in asked if one in set(Language)), None)
    return found or preferred(request.headers.get("accept-language", ""))


def _asked_by(name: str) -> Callable[..., Language]:
    """A dependency that reads it from a parameter of this name."""

    def language(
        request: Request,
        response: Response,
        asked: Annotated[Language | None, Query(alias=name, description=SAID)] = None,
    ) -> Language:
        response.headers.update(SPOKEN)
        return asked or language_of(request)

    return language


Lengua = Annotated[Language, Depends(_asked_by("lengua"))]
"""Of a route about films, as its last parameter."""
InLanguage = Annotated[Language, Depends(_asked_by("language"))]
"""The same of one about prices."""
