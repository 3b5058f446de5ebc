"""Which keywords are reasons: what people tell each other of a film, in English, as nearly all keywords are."""

from typing import Final

import polars as pl

_OF_THE_COPY: Final = ("3d", "color", "dvd", "film", "footage", "imax", "movie", "sensurround", "vhs", "video")
"""How a film was shot, sold or kept, or that it is one: as a whole keyword, since `film noir` is a kind of films."""
_LATIN: Final = r"^[\p{Latin}\p{M}\p{N}\p{P}\p{S}\p{Z}]+$"
_GERMAN: Final = r"(?i)\p{L}{5}(ung|ungen|heit|keit|schaft)\b|ß|\b(im|und)\b"
"""Endings and words of German that English keywords have not: `young` and `samsung` are shorter."""
_OTHERWISE_FOREIGN: Final = frozenset(
    one.strip()
    for line in (
        "algerienkrieg, amphibie, atomkrieg, belgrad, bestie, bühnenauftritt, bürgerkrieg, diamant",
        "energiestrahlenwaffe, ewige jugend, filmdreh, filmteam, galier, giftmord, havanna, innere stimme, kaffeehaus",
        "kanibalismus, kenia, kommissar geiger, käfer, könig arthur, künstlerin, leere, live-reportage, messe",
        "nordmeer, pflegeheim, pflegen, pianistin, plötzlicher reichtum, polen, prügel, psychoterror",
        "raumschiffabsturz, riesen insekten, riesen käfer, seefahrt, sklavinnen, staatsanwältin, stadt, tempel, tod",
        "todfeind, triade, vagabund, verlies, videoband, vororte, vulkan, wettermann, widerstand",
        "bagved, foran, nederste hylde, skab under tv, Øverste hylde",
        "avós, bélico, cine familiar, cárcel, epidemia, estafa, hipersexualidad, tiburón, toscana, venezia",
        "bonne pioche cinéma, cinéma français, court-métrage, polynésie française, sorcière, sœur, travestie",
        "bűnös utakon, häät, itä-helsinki, kanarieöarna, perustuu näytelmään, pohjanmaa, pohádka, ryöstö",
        "státní bezpečnost, Żółty",
    )
    for one in line.split(",")
)
"""Read among the keywords of The Movies Dataset of which no word is in an English overview, tagline or title.

Most of these are English all the same (`surrealism`, `plumber`): that no overview has a word proves nothing.
"""


def is_telling(keyword: pl.Expr) -> pl.Expr:
    """Whether a keyword may be a reason; that of a scene after the credits tells nothing either."""
    is_foreign = keyword.is_in(list(_OTHERWISE_FOREIGN)) | keyword.str.contains(_GERMAN)
    is_of_the_copy = keyword.is_in(list(_OF_THE_COPY)) | keyword.str.ends_with("stinger")
    return keyword.str.contains(_LATIN) & ~is_foreign & ~is_of_the_copy
