"""The report of films: every figure of the exploration, in chapters."""

from datetime import datetime

from almazara.artifacts import Artifact
from almazara.figures.explored import Explored
from almazara.movies.exploring.explore import CHAPTERS, FIGURES, explore_one
from almazara.movies.service import MovieService
from almazara.movies.similar.attributes import Filters
from almazara.runs import Progress
from almazara.web.explore.drawn import FILE_WIDTH, picture, shown
from almazara.web.reports.report import Kept, Report, document
from almazara.words.numbers import Language


def film_report(
    films: MovieService, artifact: Artifact, filters: Filters, language: Language, progress: Progress
) -> Report:
    """All figures of the films that filters let through.

    Args:
        films: The service over the artifact.
        artifact: Which catalog it is, and of when.
        filters: Years and genres.
        language: Of all words.
        progress: Told of each figure.

    Raises:
        InputError: for filters that cannot be meant.
    """
    found: dict[str, Explored] = {}
    for number, key in enumerate(FIGURES, start=1):
        found[key] = explore_one(films.explored, key, filters, language)
        progress("drawing figures", number, len(FIGURES))
    html = document(
        "report_films.html",
        language,
        films=films,
        count=films.explored.selected(filters).size,
        filters=filters,
        built=datetime.fromisoformat(artifact.manifest["built_at"]).date(),
        chapters=[(name, [shown(found[key]) for key in keys]) for name, keys in CHAPTERS.items()],
    )
    return Report(html, [Kept(one.key, picture(one, FILE_WIDTH), one.table) for one in found.values()])
