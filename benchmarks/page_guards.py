"""What each guard of the reader of other shops saves and costs: every saved page is read with it, and without it.

Run: python benchmarks/page_guards.py [--cases FOLDER]

Pages are the saved ones beside the repository (`shops/` and `pages/`), and those of FOLDER (with an
`expected.json` that lists the right answers of each). A guard saves the wrong prices
that come without it, and costs the right ones that come only without it.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from almazara.prices import pages
from almazara.prices.pages import request
from almazara.prices.pages.amazon import price
from almazara.prices.pages.outcome import Offer, as_dict
from almazara.prices.pages.shops import jsonld, microdata, published, sayings
from almazara.prices.pages.shops.sayings import Role
from almazara.prices.pages.shops.shown import ShownText
from almazara.prices.pages.shops.told import State
from almazara.prices.pages.shops.visible import VisiblePrices

DATA = Path(__file__).resolve().parents[2] / "shared/data/prices"
Page = tuple[str, str, bytes, dict[str, Any], Callable[[dict[str, Any]], bool]]


def saved_pages(cases: Path | None) -> Iterator[Page]:
    """(name, address, body, more of `read`, whether an outcome is right) of each page that shows an offer or a trap."""
    for row in json.loads((DATA / "shops/claims.json").read_text(encoding="utf-8")):
        truth = row.get("truth") or {"price": row["repo_expected"]["price"], "currency": row["currency"]}
        if row["machine_confirmed"] or row["read_by_hand"]:
            body = gzip.decompress((DATA / "shops" / row["file"]).read_bytes())
            yield row["file"], f"https://www.{row['site']}.example/item", body, {}, _is_priced(truth)
    for row in json.loads((DATA / "pages/expected.json").read_text(encoding="utf-8"))["pages"]:
        if not str(row.get("domain")).startswith("amazon") and row["kind"] == "product":
            body = gzip.decompress((DATA / "pages" / row["file"]).read_bytes())
            yield row["file"], f"https://www.{row.get('domain')}/", body, {}, _is_priced(row)
    for row in json.loads((cases / "expected.json").read_text(encoding="utf-8")) if cases else ():
        more = {key: row[key] for key in ("status", "known_title", "expected_sku") if key in row}
        yield row["file"], row["url"], (cases / row["file"]).read_bytes(), more, _is_accepted(row["accept"])


def _is_priced(truth: dict[str, Any]) -> Callable[[dict[str, Any]], bool]:
    def right(outcome: dict[str, Any]) -> bool:
        same = truth["price"] is not None and Decimal(truth["price"]) == Decimal(outcome["price"])
        return same and truth["currency"] == outcome["currency"]

    return right


def _is_accepted(accept: list[dict[str, Any]]) -> Callable[[dict[str, Any]], bool]:
    prices = {Decimal(one["price"]) for one in accept if one["outcome"] == "offer"}
    return lambda outcome: Decimal(outcome["price"]) in prices


def _without_role(role: Role) -> list[Any]:
    read = ShownText._printed  # noqa: SLF001 - a guard is taken out from inside

    def printed(self: ShownText, *place: int) -> Any:  # noqa: ANN401 - what the reader makes
        one = read(self, *place)
        return replace(one, role=Role.STANDING) if one.role is role else one

    return [patch.object(ShownText, "_printed", printed)]


def _refuse(page: Any, prices: list[Any], _rule: str) -> Any:  # noqa: ANN401 - in the place of a reader
    raise published._DoubtError(  # noqa: SLF001 - as the reader does
        "price", f"{page.title}: {len(prices)} prices"
    )


GUARDS: dict[str, list[Any]] = {
    **{f"an amount shown {role.value}": _without_role(role) for role in Role if role is not Role.STANDING},
    "what the page shows at all": [patch.object(published, "_check_visible", lambda *_: None)],
    "what it says of stock, state and asking": [patch.object(VisiblePrices, "says", lambda *_: False)],
    "a plain amount leads": [patch.object(sayings, "is_plain", lambda *_: True)],
    "the first amount leads": [patch.object(VisiblePrices, "leads", lambda self, of, code: of in self.standing(code))],
    "prices in another currency": [patch.object(VisiblePrices, "other_currencies", lambda *_: set())],
    "an offer without tax": [patch.object(jsonld, "_is_untaxed", lambda _: False)],
    "members, many pieces, charges": [patch.object(jsonld, "_is_special", lambda _: False)],
    "a price of a unit": [patch.object(jsonld, "is_unit_price", lambda _: False)],
    "goods that are not new": [
        patch.object(module, "state_of", lambda *_: State.NEW) for module in (jsonld, microdata)
    ],
    "auctions": [patch.object(published, "_check_bids", lambda *_: None)],
    "a book's row by its heading": [patch.object(price, "other_offer", lambda _: None)],
    "a book's open tab": [patch.object(price, "is_of_another_format", lambda *_: False)],
    "sizes and models in titles": [patch.object(request, "_conflict", lambda *_: False)],
    "the variant of the address": [patch.object(jsonld, "at_address", lambda _, nodes: nodes)],
    "decimals by language": [patch.object(published, "decimal_mark", lambda _: None)],
    "several prices in markup, one to pay (a help)": [patch.object(microdata, "_role_of", lambda _: None)],
    "one shown of several published (a help)": [patch.object(published, "_shown_price", _refuse)],
    "an amount without a mark (a help)": [patch.object(ShownText, "bare", lambda *_: iter(()))],
    "the page's own data (a help)": [patch.object(published, "data_claims", lambda *_, **__: [])],
}


def read_all(read: list[Page]) -> tuple[set[str], set[str]]:
    """Names of the pages whose offer is right, and of those whose offer is wrong."""
    right, wrong = set(), set()
    for name, url, body, more, is_right in read:
        outcome = pages.read(body, url=url, **more)
        if isinstance(outcome, Offer):
            (right if is_right(as_dict(outcome)) else wrong).add(name)
    return right, wrong


def main() -> None:
    """Read all pages with every guard, then without each in turn, and print what changed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, help="a folder of pages with expected.json")
    every = list(saved_pages(parser.parse_args().cases))
    right, wrong = read_all(every)
    table = Table("guard", "wrong without it", "right only without it", "right only with it")
    for name, patches in GUARDS.items():
        with ExitStack() as stack:
            for one in patches:
                stack.enter_context(one)
            loose_right, loose_wrong = read_all(every)
        changed = loose_wrong - wrong, loose_right - right, right - loose_right - loose_wrong
        table.add_row(name, *(f"{len(names)} {', '.join(sorted(names)[:2])}" for names in changed))
    console = Console(width=160)
    console.print(f"{len(every)} pages: {len(right)} offers right, {len(wrong)} wrong {sorted(wrong)[:5]}")
    console.print(table)


if __name__ == "__main__":
    main()
