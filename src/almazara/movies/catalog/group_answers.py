"""Answers about films that belong together: those of a franchise, and those of a company."""

from almazara.errors import UnavailableError
from almazara.movies.answers import FranchiseAnswer, StudioAnswer
from almazara.movies.catalog.catalog import Catalog
from almazara.movies.catalog.films_by_name import Money
from almazara.movies.catalog.person_answers import Role
from almazara.words.numbers import Language
from almazara.words.said import said


class GroupAnswers:
    """Answers from one version of the catalog.

    Args:
        catalog: The films.
        money: What they cost and earned.
        franchises: Which of them belong together; None in a catalog of an older version.
        studios: Which companies made them; None as well.
    """

    def __init__(self, catalog: Catalog, money: Money, franchises: Role | None, studios: Role | None) -> None:
        self._catalog = catalog
        self._money = money
        self._franchises = franchises
        self._studios = studios

    def franchise(self, name: str, language: Language = Language.ES) -> FranchiseAnswer:
        """The films of a franchise and what they gained; raises NotFoundError with near names."""
        role = _there(self._franchises)
        row = role.find(name)
        films = role.named.films(row)
        gains = self._money.gains(films)
        total = sum(gains) if gains else None
        average = None if total is None else total / len(gains)
        gained = said("films.group.no_gain")
        if total is not None and average is not None:
            mean = said("films.group.mean", value=average) if len(gains) > 1 else ""
            gained = said("films.group.gain", n=len(gains), total=float(total), mean=mean)
        message = said("films.group.franchise", name=role.named.name(row), n=len(films), gained=gained)
        return FranchiseAnswer(
            franquicia=role.named.name(row),
            cantidad=len(films),
            ganancia_total=total,
            ganancia_promedio=average,
            peliculas_con_datos=len(gains),
            peliculas_dudosas=[self._catalog.facts(film)[1] for film in self._money.doubtful(films)],
            peliculas=[self._catalog.reference(film, language) for film in films],
            mensaje=message.text(language),
        )

    def studio(self, name: str, language: Language = Language.ES) -> StudioAnswer:
        """How many films a company made and what they earned; raises NotFoundError with near names."""
        role = _there(self._studios)
        row = role.find(name)
        films = role.named.films(row)
        revenues = [one for one in self._money.revenues(films) if one]
        total = sum(revenues)
        earned = said("films.group.no_revenue")
        if revenues:
            earned = said("films.group.revenue", n=len(revenues), total=float(total))
        message = said("films.group.studio", name=role.named.name(row), n=len(films), earned=earned)
        doubtful = [self._catalog.facts(film)[1] for film in self._money.doubtful(films)]
        return StudioAnswer(role.named.name(row), len(films), total, len(revenues), doubtful, message.text(language))


def _there(role: Role | None) -> Role:
    if role is None:
        raise UnavailableError(said("films.error.older_catalog"))
    return role
