"""The answers of the film product: what the API sends, field for field, in Spanish."""

from dataclasses import dataclass


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
    """Enough to know a film by."""

    id: int
    titulo: str
    anio: int


@dataclass(frozen=True, slots=True)
class ScoreAnswer:
    """A film's popularity (`score`) and vote average (`puntuacion`); `otras` share its title."""

    id: int
    titulo: str
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
    anio: int
    votos: int
    promedio: float | None
    suficientes: bool
    mensaje: str
    otras: list[FilmReference]


@dataclass(frozen=True, slots=True)
class ActorAnswer:
    """An actor's success: `exito` is the sum of the returns of the films they act in."""

    actor: str
    cantidad_peliculas: int
    exito: float
    retorno_promedio: float
    retorno_promedio_con_datos: float | None
    retorno_mediano: float | None
    peliculas_con_datos: int
    peliculas_dudosas: list[str]
    mensaje: str


@dataclass(frozen=True, slots=True)
class DirectedFilm:
    """One film of a director; money in US dollars, 0 where unknown."""

    id: int
    titulo: str
    fecha_estreno: str
    retorno: float
    costo: int
    recaudacion: int
    ganancia: int


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
    peliculas: list[DirectedFilm]
    mensaje: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One similar film; `similitud` is in [0, 1], `motivos` say what the two share."""

    id: int
    titulo: str
    anio: int
    similitud: float
    motivos: list[str]


@dataclass(frozen=True, slots=True)
class RecommendationAnswer:
    """Similar films, most similar first."""

    id: int
    titulo: str
    anio: int
    metodo: str
    recomendaciones: list[str]
    detalle: list[Recommendation]
    mensaje: str
    otras: list[FilmReference]


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One film found; `coincidencia` is the title that matched, maybe in its own language."""

    id: int
    titulo: str
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
    anio: int
    medidas: list[ComparedMeasure]
    mensaje: str


@dataclass(frozen=True, slots=True)
class UserRecommendation:
    """One film for a user; `afinidad` goes from 0, what suits least, to 1, what suits best."""

    id: int
    titulo: str
    anio: int
    afinidad: float
    motivos: list[str]


@dataclass(frozen=True, slots=True)
class UserAnswer:
    """Films for a user; `historial` counts the films that they know, and `nuevo` says that there are none."""

    usuario: str
    nuevo: bool
    historial: int
    recomendaciones: list[str]
    detalle: list[UserRecommendation]
    mensaje: str


@dataclass(frozen=True, slots=True)
class Understood:
    """Which film an entry of a list was taken for; `otras` share its title."""

    pedido: str
    id: int
    titulo: str
    anio: int
    otras: list[FilmReference]


@dataclass(frozen=True, slots=True)
class ProfileAnswer:
    """Films for a list of films, and what was understood."""

    gustan: list[Understood]
    no_gustan: list[Understood]
    recomendaciones: list[str]
    detalle: list[UserRecommendation]
    mensaje: str


@dataclass(frozen=True, slots=True)
class Member:
    """One of a group."""

    usuario: str
    nuevo: bool
    historial: int


@dataclass(frozen=True, slots=True)
class GroupAnswer:
    """Films for several people at once."""

    usuarios: list[Member]
    recomendaciones: list[str]
    detalle: list[UserRecommendation]
    mensaje: str


@dataclass(frozen=True, slots=True)
class EventsAnswer:
    """What became of a batch of events; `conocidos` had come before."""

    recibidos: int
    nuevos: int
    conocidos: int
    mensaje: str


@dataclass(frozen=True, slots=True)
class DeletedAnswer:
    """What was deleted of a user; `en_fichero` says that the ratings file still has their id."""

    usuario: str
    eventos_borrados: int
    en_fichero: bool
    mensaje: str
