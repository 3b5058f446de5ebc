"""One figure of an exploration: what data show in a sentence, as a chart, and as the rows of the chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from almazara.figures.chart import Axis, Chart, Mark, Table
from almazara.words.numbers import Language
from almazara.words.said import Figure, Said, said, text_of

NO_CLAUSE: Final = ""
"""What stands in a sentence where there is nothing to add."""


@dataclass(frozen=True, slots=True)
class Cloud:
    """Words that are drawn the larger the more often they come; the most frequent first."""

    label: str
    words: Sequence[str]
    counts: Sequence[int]
    language: Language = Language.ES


@dataclass(frozen=True, slots=True)
class Explored:
    """A figure.

    Attributes:
        key: Stable, and fit for an address: `estrenos-por-mes`.
        sentence: What the figure shows, with figures that are computed from the data.
        table: The rows that the chart shows; years and ids are texts, shares are in percent.
        rule: How something in it is told, such as what is an outlier; None where nothing needs telling.
    """

    key: str
    sentence: Said
    chart: Chart | Cloud
    table: Table
    rule: Said | None = None

    @property
    def title(self) -> Said:
        """What the figure is about, in a few words."""
        return said(f"exploring.{self.key}.title")


@dataclass(frozen=True, slots=True)
class Drawing:
    """Puts together the figure of a key, in one language; words are those of the exploration."""

    key: str
    language: Language

    def said(self, name: str, /, **figures: Figure) -> Said:
        """A sentence or clause of this figure."""
        return said(f"exploring.{self.key}.{name}", **figures)

    def word(self, name: str) -> str:
        """What a column or an axis is called."""
        return said(f"exploring.column.{name}").text(self.language)

    def words(self, *names: str) -> list[str]:
        """What several columns are called."""
        return [self.word(name) for name in names]

    def written(self, words: Said | str) -> str:
        """Words in the language of the figure."""
        return text_of(words, self.language)

    def figure(
        self,
        sentence: Said,
        axes: tuple[Axis, Axis],
        marks: Sequence[Mark],
        table: Table,
        rule: Said | None = None,
    ) -> Explored:
        """The figure; its chart is labelled by its sentence."""
        chart = Chart(sentence.text(self.language), *axes, marks, self.language)
        return Explored(self.key, sentence, chart, table, rule)

    def nothing(self, why: Said, rule: Said | None = None) -> Explored:
        """The figure of what cannot be shown, and why."""
        return self.figure(why, (Axis(), Axis()), (), Table((), ()), rule)


def tied(names: Sequence[Said | str], chosen: Sequence[bool]) -> Said | str:
    """The first of the names that are chosen, and how many others are."""
    first, *others = [name for name, one in zip(names, chosen, strict=True) if one]
    return said("exploring.tied", name=first, others=len(others)) if others else first


def percent_of(part: float, whole: float) -> float | None:
    """A share in percent with one decimal; None of nothing."""
    return round(100 * part / whole, 1) if whole else None
