"""`almazara prices read`: what a saved page shows, at the address that it names itself where none is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from almazara.cli.output import AsJson, Table, language, load_settings, print_answer
from almazara.cli.price_histories import written, written_per_litre
from almazara.errors import InputError
from almazara.words.numbers import Language

if TYPE_CHECKING:
    from almazara.prices.collecting.reading_process import ReadingProcess
    from almazara.prices.fetching.protocol import Page
    from almazara.prices.pages.outcome import ListedOffer, ListingPage, Outcome

_SHOWN_ELSEWHERE: Final = ("currency", "sku", "named")


def read(
    page: Annotated[Path, typer.Argument(help="A saved page, plain or gzip.")],
    url: Annotated[str | None, typer.Option(help="The address it was saved from, where it names none itself.")] = None,
    status: Annotated[int, typer.Option(help="HTTP status with which it came.")] = 200,
    as_json: AsJson = False,
) -> None:
    """Read one saved page: the offer it shows, its list of products, or why there is none."""
    from almazara.prices.collecting.reading_process import ReadingProcess
    from almazara.prices.pages.outcome import as_dict

    with closing(ReadingProcess(load_settings().page_seconds)) as reader:
        saved = page_of(page, url, reader)
        found = reader.read(saved.body, url=saved.url, status=status, headers={})
    own = "" if url else "The page names its address: "
    told = [f"{own}{saved.url}", *_in_words(found, language(Language.EN))]
    print_answer({"url": saved.url, **as_dict(found)}, told, as_json=as_json)


def page_of(path: Path, url: str | None, reader: ReadingProcess) -> Page:
    """A saved page at the address that is given, or else its own; InputError where it names none."""
    from almazara.prices.fetching.protocol import Page
    from almazara.prices.fetching.snapshots import saved_page
    from almazara.prices.pages.amazon.marketplaces import shop_of

    body = saved_page(path)
    address = url or reader.own_address(body)
    if not shop_of(address):
        raise InputError(f"{path} names no address of its own: say it with --url https://...")
    return Page(address, address, 200, {}, body, datetime.now(UTC))


def _in_words(found: Outcome, spoken: Language) -> Iterator[str | Table]:
    from almazara.prices.pages.outcome import ListingPage, as_dict

    if isinstance(found, ListingPage):
        rows = [[one.title, *_amounts(one, spoken), one.sku] for one in found.offers]
        yield f"A list of {len(rows)} products of {found.shop}, by the rule {found.rule}."
        yield Table(["title", "price", "per litre", _called(found)], rows, cut=("title", "id"))
    else:
        yield Table(["field", "value"], list(_fields(as_dict(found), spoken)))


def _called(found: ListingPage) -> str:
    """What the number of a product is called."""
    from almazara.prices.pages.amazon.marketplaces import CURRENCIES

    return "asin" if found.shop in CURRENCIES else "id"


def _amounts(one: ListedOffer, spoken: Language) -> tuple[str, str]:
    from almazara.prices.packs import litres, price_per_litre

    held = litres(one.title)
    litre = price_per_litre(one.price, held) if one.price and held else None
    return written(one.price, one.currency, spoken), written_per_litre(litre, one.currency, spoken)


def _fields(found: Mapping[str, Any], spoken: Language) -> Iterator[list[str]]:
    """The fields of an offer, or of why there is none, that the page has a value for."""
    for name, value in found.items():
        if value in (None, [], False) or name in _SHOWN_ELSEWHERE:
            continue
        match value:
            case {"text": text}:
                yield [name, text]
            case list():
                yield [name, "; ".join(" ".join(one) if isinstance(one, list) else one for one in value)]
            case str() if name.endswith("price"):
                yield [name, written(Decimal(value), found.get("currency"), spoken)]
            case _:
                yield [name, value]
    for one in found.get("named", []):
        amount = written(one["price"], found.get("currency"), spoken)
        yield [f"{one['name']} price", f"{amount} {one['condition']}".strip()]
