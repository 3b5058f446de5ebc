"""The answers about the catalog: what the API sends, field for field, in Spanish."""

from dataclasses import dataclass, field
from typing import Protocol


class Titled(Protocol):
    """What names a film by the catalog's own title and, where one is known, by that in the reader's language."""

    @property
    def titulo(self) -> str: ...  # noqa: D102
    @property
    def titulo_local(self) -> str | None: ...  # noqa: D102


def shown(film: Titled) -> str:
    """The title that a reader is shown."""
    return film.titulo_local or film.titulo


@dataclass(frozen=True, slots=True)
class MonthAnswer:
    """How many films came out in a month of any year."""

    mes: str
    cantidad: int
    mensaje: str


@dataclass(frozen=True, slots=True)
class DayAnswer:
    """How many films came out on a weekday, a day of the month, or a date."""

    dia: str
    cantidad: int
    mensaje: str


@dataclass(frozen=True, slots=True)
class FilmReference:
    """Enough to know a film by; `titulo_local` is its title in the language of the answer, where it is known."""

    id: int
    titulo: str
    titulo_local: str | None = field(default=None, kw_only=True)
    anio: int


@dataclass(frozen=True, slots=True)
class ScoreAnswer:
    """A film's popularity (`score`) and vote average (`puntuacion`).

    `otras` share its title; one that is far better known and whose title differs by a letter comes last.
    """

    id: int
    titulo: str
    titulo_local: str | None = field(default=None, kw_only=True)
    anio: int
    score: float | None
    puntuacion: float | None
    mensaje: str
    otras: list[FilmReference]


@dataclass(frozen=True, slots=True)
class VotesAnswer:
    """A film's votes; `promedio` only where they suffice."""

    id: int
    titulo: str
    titulo_local: str | None = field(default=None, kw_only=True)
    anio: int
    votos: int
    promedio: float | None
    suficientes: bool
    mensaje: str
    otras: list[FilmReference]


@dataclass(frozen=True, slots=True)
class RuntimeAnswer:
    """How many minutes a film takes; null where it is not known."""

    id: int
    titulo: str
    titulo_local: str | None = field(default=None, kw_only=True)
    anio: int
    duracion: int | None
    mensaje: str
    otras: list[FilmReference]


@dataclass(frozen=True, slots=True)
class LanguageAnswer:
    """How many films were made in a language; `codigo` is that of ISO 639-1, as the catalog has it."""

    idioma: str
    codigo: str
    cantidad: int
    mensaje: str


@dataclass(frozen=True, slots=True)
class CountryAnswer:
    """How many films were made in a country, alone or with others; `codigo` is that of ISO 3166-1."""

    pais: str
    codigo: str
    cantidad: int
    mensaje: str


@dataclass(frozen=True, slots=True)
class FranchiseAnswer:
    """The films of a franchise in order of release; gains, in US dollars, of those whose money is known."""

    franquicia: str
    cantidad: int
    ganancia_total: int | None
    ganancia_promedio: float | None
    peliculas_con_datos: int
    peliculas_dudosas: list[str]
    peliculas: list[FilmReference]
    mensaje: str


@dataclass(frozen=True, slots=True)
class StudioAnswer:
    """The films of a company and what they earned, in US dollars, as far as their revenue is known."""

    productora: str
    cantidad: int
    revenue_total: int
    peliculas_con_datos: int
    peliculas_dudosas: list[str]
    mensaje: str


@dataclass(frozen=True, slots=True)
class CreditedFilm:
    """One film of a person; money in US dollars, 0 where unknown."""

    id: int
    titulo: str
    titulo_local: str | None = field(default=None, kw_only=True)
    fecha_estreno: str
    retorno: float
    costo: int
    recaudacion: int
    ganancia: int


@dataclass(frozen=True, slots=True)
class ActorAnswer:
    """An actor's success and films, in order of release; `exito` is the sum of the returns of the films they act in."""

    actor: str
    cantidad_peliculas: int
    exito: float
    retorno_promedio: float
    retorno_promedio_con_datos: float | None
    retorno_mediano: float | None
    peliculas_con_datos: int
    peliculas_dudosas: list[str]
    peliculas: list[CreditedFilm]
    mensaje: str


@dataclass(frozen=True, slots=True)
class DirectorAnswer:
    """A director's success and films, in order of release."""

    director: str
    cantidad_peliculas: int
    exito: float
    retorno_promedio: float
    retorno_promedio_con_datos: float | None
    retorno_mediano: float | None
    peliculas_con_datos: int
    peliculas_dudosas: list[str]
    peliculas: list[CreditedFilm]
    mensaje: str


@dataclass(frozen=True, slots=True)
class CareerFilm:
    """One film of a person beside the others; `retorno` is null where it is not known."""

    id: int
    titulo: str
    titulo_local: str | None = field(default=None, kw_only=True)
    anio: int
    fecha_estreno: str
    votos: int
    puntuacion: float | None
    score: float | None
    retorno: float | None
    dinero_dudoso: bool


@dataclass(frozen=True, slots=True)
class RoleAnswer:
    """What the films of a person in one role returned, and these films in order of release."""

    cantidad_peliculas: int
    exito: float
    retorno_promedio: float
    retorno_promedio_con_datos: float | None
    retorno_mediano: float | None
    peliculas_con_datos: int
    peliculas_dudosas: list[str]
    peliculas: list[CareerFilm]
    mensaje: str


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """A person's films as an actor and as a director, null where they have none."""

    nombre: str
    actuacion: RoleAnswer | None
    direccion: RoleAnswer | None
    mensaje: str


@dataclass(frozen=True, slots=True)
class PersonHit:
    """One person found, and in how many films they act and direct."""

    nombre: str
    actuadas: int
    dirigidas: int
    similitud: float


@dataclass(frozen=True, slots=True)
class PeopleAnswer:
    """People found for a text, best first."""

    q: str
    cantidad: int
    resultados: list[PersonHit]
    mensaje: str


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One film found; `coincidencia` is the title that matched, maybe in its own language."""

    id: int
    titulo: str
    titulo_local: str | None = field(default=None, kw_only=True)
    anio: int
    coincidencia: str
    similitud: float


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """Films found for a text, best first."""

    q: str
    cantidad: int
    resultados: list[SearchHit]
    mensaje: str


@dataclass(frozen=True, slots=True)
class CastMember:
    """One person of the cast."""

    nombre: str
    personaje: str | None


@dataclass(frozen=True, slots=True)
class FilmAnswer:
    """All that the catalog says of a film."""

    id: int
    titulo: str
    titulo_local: str | None = field(default=None, kw_only=True)
    titulo_original: str | None
    anio: int
    fecha_estreno: str
    idioma_original: str | None
    sinopsis: str | None
    lema: str | None
    estado: str | None
    duracion_minutos: float | None
    generos: list[str]
    coleccion: str | None
    directores: list[str]
    reparto: list[CastMember]
    palabras_clave: list[str]
    paises: list[str]
    idiomas: list[str]
    productoras: list[str]
    costo: int
    recaudacion: int
    retorno: float
    dinero_dudoso: bool
    score: float | None
    puntuacion: float | None
    votos: int
    mensaje: str


@dataclass(frozen=True, slots=True)
class FilmsAnswer:
    """Several films in the order in which they were asked for; the catalog has none of `faltan`."""

    peliculas: list[FilmAnswer]
    faltan: list[str]
    mensaje: str


@dataclass(frozen=True, slots=True)
class ListedFilm:
    """One film of the catalog; `retorno` is null where it is not known."""

    id: int
    titulo: str
    titulo_local: str | None = field(default=None, kw_only=True)
    anio: int
    generos: list[str]
    votos: int
    puntuacion: float | None
    score: float | None
    retorno: float | None
    dinero_dudoso: bool


@dataclass(frozen=True, slots=True)
class BrowseAnswer:
    """A page of the films that pass the filters; `cantidad` counts all of them, and `desde` those before the page."""

    cantidad: int
    orden: str
    desde: int
    peliculas: list[ListedFilm]
    mensaje: str


@dataclass(frozen=True, slots=True)
class ComparedMeasure:
    """One number of a film among comparable films.

    `cuentas` says how many of them there are between each two `bordes`, `fuera` how many beyond, and `por_debajo` which
    share of the `comparadas` has less. They are of `genero` and of the ten years from `decada`, where not null.
    """

    medida: str
    valor: float
    dudoso: bool
    por_debajo: float
    comparadas: int
    genero: str | None
    decada: int | None
    logaritmica: bool
    bordes: list[float]
    cuentas: list[int]
    fuera: int
    mensaje: str


@dataclass(frozen=True, slots=True)
class StandingAnswer:
    """A film among those of its genre and decade; what is not known of it is not among the measures."""

    id: int
    titulo: str
    titulo_local: str | None = field(default=None, kw_only=True)
    anio: int
    medidas: list[ComparedMeasure]
    mensaje: str
