"""Questions of earlier briefs: how many films in a language, of a country, a franchise or a company, and how long."""

from typing import Final

from fastapi import Request, Response

from almazara.api.films.parameters import FILM_ID, LANGUAGE, TITLE, YEAR
from almazara.api.films.questions import films
from almazara.api.routes import PathText, PlainRouter, send
from almazara.movies import answers

router = PlainRouter("peliculas")

SPOKEN: Final = PathText("idioma", "Idioma original, por su nombre o su código ISO 639-1.", "inglés")
COUNTRY: Final = PathText("pais", "País, por su nombre o su código ISO 3166-1.", "España")
FRANCHISE: Final = PathText(
    "franquicia", "Nombre de la franquicia, con o sin `Collection`.", "Aceituna Jones Collection"
)
STUDIO: Final = PathText("productora", "Nombre de la productora.", "Almazara Original Negatives")


@router.question(
    "/peliculas_idioma/{idioma:text}",
    answers.LanguageAnswer,
    "Cuántas películas hay en un idioma",
    [SPOKEN, LANGUAGE],
    also="/peliculas_idioma",
)
async def films_in_language(request: Request) -> Response:
    return send(films(request).in_language(SPOKEN.read(request), LANGUAGE.read(request)))


@router.question(
    "/peliculas_pais/{pais:text}",
    answers.CountryAnswer,
    "Cuántas películas hay de un país",
    [COUNTRY, LANGUAGE],
    also="/peliculas_pais",
)
async def films_from_country(request: Request) -> Response:
    return send(films(request).from_country(COUNTRY.read(request), LANGUAGE.read(request)))


@router.question(
    "/peliculas_duracion/{titulo:text}",
    answers.RuntimeAnswer,
    "Cuánto dura una película",
    [TITLE, YEAR, FILM_ID, LANGUAGE],
    also="/peliculas_duracion",
)
async def runtime(request: Request) -> Response:
    title, year, film_id = TITLE.read(request), YEAR.read(request), FILM_ID.read(request)
    return send(films(request).runtime(title, year, film_id, LANGUAGE.read(request)))


@router.question(
    "/franquicia/{franquicia:text}",
    answers.FranchiseAnswer,
    "Las películas de una franquicia y lo que ganaron",
    [FRANCHISE, LANGUAGE],
    also="/franquicia",
)
async def franchise(request: Request) -> Response:
    return send(films(request).groups.franchise(FRANCHISE.read(request), LANGUAGE.read(request)))


@router.question(
    "/productoras_exitosas/{productora:text}",
    answers.StudioAnswer,
    "Cuántas películas hizo una productora y lo que recaudaron",
    [STUDIO, LANGUAGE],
    also="/productoras_exitosas",
)
async def studio(request: Request) -> Response:
    return send(films(request).groups.studio(STUDIO.read(request), LANGUAGE.read(request)))
