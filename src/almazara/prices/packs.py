"""Litres in titles and unit texts (`Pack de 6 botellas de 750 ml`), price per litre; never a guess."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Final

# One table: what a unit is in litres. Fluid ounces are those of the United States, where labels use them.
LITRES: Final[dict[str, Decimal]] = {
    "l": Decimal(1),
    "dl": Decimal("0.1"),
    "cl": Decimal("0.01"),
    "ml": Decimal("0.001"),
    "fl oz": Decimal("0.0295735"),
}
GRAMS: Final[dict[str, Decimal]] = {"kg": Decimal(1000), "g": Decimal(1)}
OLIVE_OIL_GRAMS_PER_LITRE: Final = Decimal(916)  # Codex Alimentarius 33-1981: 0.910 to 0.916 kg/l at 20 °C

_SPELLINGS: Final[dict[str, str]] = {
    "l": "l|lt|lts|ltr|ltrs|litros?|litres?|liters?|litri|litre|litrów|litr[ay]?|لتر",
    "dl": "dl",
    "cl": "cl|centilitros?|centilitres?|centilitri",
    "ml": "ml|mililitros?|millilitres?|milliliters?|millilitri|cc",
    "fl oz": r"fl\.?\s?oz|fluid ounces?",
    "kg": "kg|kgs|kilos?|kilogramos?|kilograms?",
    "g": "g|gr|grs|gramos?|grams?|grammes?|gramm|grammi",
}
_PIECES: Final = (
    "botell(?:a|as|ín|ines)|bottles?|bouteilles?|flaschen?|bottigli[ae]|flessen|garrafas?|frascos?|latas?|lattin[ae]|"
    "tins?|cans?|dosen?|bidon(?:es|s)?|envases?|tarros?|jars?|briks?|bricks?|unidad(?:es)?|uds?|unid|units?|"
    "unités?|pezzi|pz|stück|stk|stuks?|pcs?|pieces?|pièces?|adet|count|ct|pk|latte|garrafões|latas|kanister|flaconi|"
    "tarrinas?|monodosis|dosettes?|un|u|st|sztuk[ai]?|szt|butelek|butelki|şişe|garrafas|cápsulas?|sobres?|sobrecitos|sachets?|bustine|porciones|botellitas|"
    "(?:mini|pequeñas) ?(?:botell(?:as|itas)|bottles)"
)
_BOXES: Final = (
    "packs?|cajas?|estuches?|lotes?|lots?|sets?|confezion[ei]|paquetes?|packung(?:en)?|cases?|box(?:es)?|"
    "cartons?|pak(?:ket|et|iet)?|conjuntos?|kits?|formato|caixas?|scatol[ae]|doos|dozen|karton"
)
_OF: Final = "de|of|da|di|von|mit|à|x|con|:"
_NUMBER: Final = r"\d+(?:[.,]\d+)?"

_ALL_UNITS: Final = "|".join(_SPELLINGS.values())
_NO_UNIT: Final = rf"(?!\s?-?(?:{_ALL_UNITS})(?![^\W\d_]))"
_SIZE = re.compile(
    rf"(?P<before>(?<!20\d\d)(?<=\d)\s?[-\u2010-\u2015]\s?|[/+]\s*|\b(?:y|and|und|et|&)\s+)?(?<![\d.,])(?P<number>{_NUMBER})\s?-?"
    rf"(?P<unit>{'|'.join(_SPELLINGS[u] for u in ('fl oz', 'kg', 'ml', 'cl', 'dl', 'l', 'g'))})"
    r"(?![^\W\d_])\.?(?P<after>\s*[+/]\s*\d)?"
)
_COUNTS = (
    re.compile(rf"(?<![\d.,])([1-9]\d{{0,3}})\s?(?:[x*]|por|da|de|à)\s?(?={_NUMBER}\s?-?[^\W\d_])"),  # 6 x 750 ml
    re.compile(rf"[x*]\s?([1-9]\d{{0,3}})(?:\s?un?)?\b(?![.,]\d){_NO_UNIT}"),  # 750 ml x 6, 750 ml x 6u
    re.compile(rf"(?<![\d.,])([1-9]\d{{0,3}})\s?(?:{_PIECES})\b"),  # 6 botellas
    re.compile(rf"(?<![\d.,])([1-9]\d{{0,3}})\s?-?\s?(?:er)?\s?-?(?:{_BOXES})\b"),  # 3-pack, 6er-Pack, 2 cajas
    re.compile(r"(?<![\d.,])([1-9]\d{0,2})'l[i\u0131u\u00fc]\b"),  # 6'li paket
    re.compile(rf"\b(?:{_BOXES})\s?-?\s?(?:{_OF})?\s?([1-9]\d{{0,3}})\b(?![.,]\d){_NO_UNIT}"),  # Pack de 6
)
# Words that are a count: `Docena de botellas`, `Doppelpack`; small numbers only before a word for what is counted.
_NUMBERS: Final = {
    2: "dos|two|zwei|deux|due|twee|duas",
    3: "tres|three|drei|trois|tre|drie|três",
    4: "cuatro|four|vier|quatre|quattro|quatro",
    5: "cinco|five|fünf|cinq|cinque|vijf",
    6: "seis|six|sechs|sei|zes",
    12: "doce|twelve|zwölf|douze|dodici|twaalf",
}
_COUNT_WORDS: Final = {
    re.compile(rf"\b(?:{words})\b"): count
    for count, words in (
        (6, r"media docena|half (?:a )?dozen"),
        (4, "viererpack"),
        (6, "sechserpack|sixpack|six-pack"),
        (12, r"(?<!media )docena|(?<!half )(?<!half a )dozen|dutzend|douzaine|dozzina|dúzia"),
        (2, "dúo|duo|twin ?pack|doppelpack|zweierpack|bipack|pareja|duopack|coppia|tweepak|dwupak"),
        (3, "tri-?pack|trío|trio|tris|dreierpack|triple pack|trójpak"),
        *((count, rf"(?:{words})(?=\s(?:{_PIECES}|{_BOXES})\b)") for count, words in _NUMBERS.items()),
    )
}
# Limits of an order, and offers on the next piece, say nothing of what one piece holds.
_LIMIT: Final = (
    "m[áa]x(?:imo|imum)?|m[íi]n(?:imo|imum)?|hasta|limit(?:ed)?|límite|limitado a|limité à|höchstens|mindest\\w*|"
    "maximal|minimal|maks|max\\.?"
)
_ORDER = re.compile(
    rf"\(?\b(?:{_LIMIT})\b\.?[^()\d]{{0,12}}\d+\s?(?:{_PIECES}|{_BOXES})\b[^(),;]{{0,20}}\)?"
    rf"|\b(?:lleva|llévate|compra|take|buy|nimm)\s?\d+\s?(?:{_PIECES})?\b[^(),;]{{0,4}}(?:paga|y paga|pay|zahl)\s?\d+"
    r"|\b\d\s?[ªº]\s?(?:unidad|ud)\b[^(),;]{0,15}|\b(?:2nd|second)\s(?:unit|item|piece)\b[^(),;]{0,15}"
)
# A number before a word that is not known to be harmless may count what one piece holds.
_HARMLESS: Final = (
    r"años?|meses|d[íi]as|horas|h|grados|estrellas?|sellos?|generaciones|years?|stars?|jahre|ans|anni|cosechas?|"
    r"aceite\w*|olive\w*|aove|olivas?|virgen|extra|suave|intenso|botella|garrafa|lata|pet|vidrio|de|en|y|con|para|sin|"
    r"in|of|and|the|for|di|da|und|et|e|a|x|por"
)
_KNOWN: Final = rf"(?:{_ALL_UNITS}|{_PIECES}|{_BOXES}|{_HARMLESS})(?![^\W\d_])"
_UNKNOWN_NOUN = re.compile(
    rf"(?<![\d.,/º-])(?<!\bn )(?<!\bno )\b(?!100\b)([2-9]|[1-9]\d{{1,2}})\s(?!{_KNOWN})(?=[^\W\d_]{{3,}})|\b\d+/1\b"
)
# Something is given beside it, or an offer such as `3x2` is in the title.
_EXTRA = re.compile(
    rf"(?<![\d.,])\d\s?x\s?\d\b(?![.,]\d){_NO_UNIT}|"
    r"\+|\bgratis\b|\bregalo\b|\boffert[eso]*\b|\bkostenlos\b|\d\s?%\s?(?:más|extra|more|plus)"
)
_OIL = re.compile(
    r"aceite (?:de )?oliva|aove\b|olive oil|huile d.olive|olio (?:extra ?vergine )?d[i']\s?oliva|oliven[öo]l|"
    r"azeite|olijfolie|zeytinya|olio extravergine|oli d'oliva"
)
# What lies in oil, or is made with it, weighs something else: `anchoas en aceite de oliva 50 g`.
_WITH_OIL = re.compile(
    r"\b(?:en|in|con|with|à l|au|mit|com|em|met|all|sott|y|and|e|et|und|w)\b[/' ].{0,40}?"
    r"(?:aceite|olive|huile|olio|oliv|azeite|olij|aove)|jab[óo]n|soap|seife|crema|cream|champ|shampoo"
)
_AND = re.compile(r"\b(?:y|and|und|et|en)\b|&")
_TOLERANCE: Final = Decimal("0.015")
_UNIT_TOLERANCE: Final = Decimal("0.03")
# A single bottle above this has more probably lost a decimal mark (`lata 2,5 l` as `lata 25 l`).
_LARGEST_BOTTLE: Final = Decimal(20)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one text says: nothing, litres, or something that contradicts itself (`doubt`)."""

    litres: Decimal | None = None
    doubt: bool = False


def litres(title: str, unit_text: str | None = None) -> Decimal | None:
    """Litres that one unit of a listing holds, all its bottles together; None when that is not surely said.

    Weight counts only for olive oil itself (not for what lies in it), by its density of 916 g/l.

    Args:
        title: The listing's title.
        unit_text: What the shop prints beside it, such as `Garrafa 5 l`; it must not contradict the title.

    Example:
        >>> litres("Aceite de oliva virgen extra, 3 x 500 ml")
        Decimal('1.5')
        >>> litres("500 ml + 250 ml gratis") is None
        True
    """
    readings = [_read(title, title)] + ([_read(unit_text, title)] if unit_text else [])
    values = [reading.litres for reading in readings if reading.litres is not None]
    if any(reading.doubt for reading in readings) or not values:
        return None
    return round(values[0], 4).normalize() + 0 if _same(values) else None


def agrees(litres: Decimal, price: Decimal, unit_price: Decimal, per: str) -> bool:
    """Whether a printed unit price fits a price and the litres read.

    Args:
        litres: Litres that one unit of the listing holds.
        price: What one unit costs.
        unit_price: What `per` costs.
        per: A volume, as `l` or `100 ml`; for anything else the answer is True.
    """
    match = _SIZE.fullmatch(_plain(per if per[:1].isdigit() else f"1 {per}"))
    volume = _volume(match) if match is not None and _unit(match) in LITRES else None
    return volume is None or abs(unit_price * litres - price * volume) <= _UNIT_TOLERANCE * price * volume


def price_per_litre(price: Decimal, litres: Decimal) -> Decimal:
    """Price of one litre, rounded to four decimals (the price's own currency)."""
    return (price / litres).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _read(text: str, title: str) -> _Reading:
    plain = _ORDER.sub(" ", _plain(text))
    title = _plain(title)
    sizes = [match for match in _SIZE.finditer(plain) if not _is_price_unit(plain, match)]
    oil = bool(_OIL.search(title)) and not _WITH_OIL.search(title)
    sizes = [match for match in sizes if _unit(match) in LITRES or oil]
    if not sizes:
        return _Reading()
    if any(_AND.search(plain, one.end(), other.start()) for one, other in pairwise(sizes)):
        return _Reading(doubt=True)
    if _EXTRA.search(plain) or _UNKNOWN_NOUN.search(plain) or any(match["before"] or match["after"] for match in sizes):
        return _Reading(doubt=True)
    volumes = [_volume(match) for match in sizes]
    return _combined([volume for volume in volumes if volume is not None], _counts(plain), len(volumes))


def counts_in(title: str) -> set[int]:
    """The pieces that a title says one unit of a listing holds, each number once; none where it says one or nothing.

    Example:
        >>> counts_in("Aceite de oliva 1 l (caja de 3)")
        {3}
    """
    return _counts(_ORDER.sub(" ", _plain(title)))


def _counts(plain: str) -> set[int]:
    counts = {int(n) for pattern in _COUNTS for n in pattern.findall(plain)} - {1}
    return counts | {count for pattern, count in _COUNT_WORDS.items() if pattern.search(plain)}


def _plain(text: str) -> str:
    """Lower case with single spaces, and one sign each for multiplication and apostrophe."""
    return " ".join(text.lower().replace("\u00d7", "x").replace("\u2019", "'").split())


def _combined(volumes: list[Decimal], counts: set[int], stated: int) -> _Reading:
    """One size times at most one count; a second size must be their product."""
    if len(volumes) != stated or len(counts) > 1 or 0 in counts:
        return _Reading(doubt=True)
    count = next(iter(counts), 1)
    small, large = min(volumes), max(volumes)
    if small > _LARGEST_BOTTLE:
        return _Reading(doubt=True)
    if _same(volumes):
        return _Reading(small * count)
    whole = all(_same([volume, small]) or _same([volume, large]) for volume in volumes)
    return _Reading(large) if whole and count > 1 and _same([small * count, large]) else _Reading(doubt=True)


def _same(values: list[Decimal]) -> bool:
    """Whether values differ by rounding only, as 33.8 fl oz and 1 l do."""
    return max(values) - min(values) <= _TOLERANCE * max(values)


def _unit(match: re.Match[str]) -> str:
    written = match["unit"]
    return next(unit for unit, spelling in _SPELLINGS.items() if re.fullmatch(spelling, written))


def _volume(match: re.Match[str]) -> Decimal | None:
    """Litres of one `number unit`; None when the number is doubtful."""
    unit = _unit(match)
    whole, _, fraction = match["number"].replace(",", ".").partition(".")
    if len(fraction) == 3 and whole != "0":  # noqa: PLR2004 - 1.000 ml is a thousand, 1.000 l might be either
        if unit not in {"ml", "g"}:
            return None
        whole, fraction = whole + fraction, ""
    number = Decimal(f"{whole}.{fraction or 0}")
    if number == 0 or (unit in {"cl", "dl", "ml", "g"} and number < 1):
        return None
    return number * LITRES[unit] if unit in LITRES else number * GRAMS[unit] / OLIVE_OIL_GRAMS_PER_LITRE


def _is_price_unit(plain: str, match: re.Match[str]) -> bool:
    """Whether the size is what a unit price is for, as in `0,95 €/100 ml`."""
    ahead = plain[: match.start("number")].rstrip()
    return ahead.endswith("/") and not ahead[:-1].rstrip()[-1:].isdigit()
