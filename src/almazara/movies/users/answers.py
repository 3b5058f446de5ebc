"""The answers about users: what the API sends, field for field, in Spanish."""

from dataclasses import dataclass, field

from almazara.movies.answers import FilmReference


@dataclass(frozen=True, slots=True)
class UserRecommendation:
    """One film for a user; `afinidad` goes from 0, what suits least, to 1, what suits best."""

    id: int
    titulo: str
    titulo_local: str | None = field(default=None, kw_only=True)
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
    titulo_local: str | None = field(default=None, kw_only=True)
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
class NoticeAnswer:
    """What became of a notice of a media server; `usuario` is None where it counts for nobody.

    `retirados` are events that the server took back, `omitidos` what was not taken: `mensaje` says why.
    """

    usuario: str | None
    nuevos: int
    conocidos: int
    retirados: int
    omitidos: int
    mensaje: str


@dataclass(frozen=True, slots=True)
class DeletedAnswer:
    """What was deleted of a user; `en_fichero` says that the ratings file still has their id."""

    usuario: str
    eventos_borrados: int
    en_fichero: bool
    mensaje: str
