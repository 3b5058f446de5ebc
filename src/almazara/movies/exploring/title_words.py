"""The words that titles are made of."""

from typing import Final

import numpy as np

from almazara.figures.chart import Table
from almazara.figures.explored import Cloud, Drawing, Explored, percent_of
from almazara.movies.exploring.films import Selection
from almazara.movies.exploring.tags import tag_totals

MOST_WORDS: Final = 100


def title_words(chosen: Selection, draw: Drawing) -> Explored:
    """The most frequent words of titles; a word counts once a film."""
    tags = chosen.films.tags["word"]
    counts = tag_totals(tags, chosen.kept)
    order = np.argsort(-counts, kind="stable")[:MOST_WORDS]
    order = order[counts[order] > 1]
    if not len(order):
        return draw.nothing(draw.said("none"))
    words, films = [tags.names[code] for code in order.tolist()], counts[order].tolist()
    sentence = draw.said(
        "sentence" if len(words) > 1 else "one",
        word=words[0],
        films=films[0],
        all=chosen.size,
        share=films[0] / chosen.size,
        following=words[1:4],
    )
    rows = [(word, count, percent_of(count, chosen.size)) for word, count in zip(words, films, strict=True)]
    cloud = Cloud(sentence.text(draw.language), words, films, draw.language)
    return Explored(draw.key, sentence, cloud, Table(draw.words("word", "films", "share"), rows), draw.said("rule"))
