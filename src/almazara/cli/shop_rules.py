"""`almazara prices rule ...`: where pages of a shop show their price, for shops that publish none."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from almazara.cli.output import AsJson, Table, language, load_settings, opened_prices, print_answer
from almazara.cli.price_histories import written
from almazara.cli.saved_pages import page_of
from almazara.errors import InputError
from almazara.words.numbers import Language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from almazara.prices.collecting.reading_process import ReadingProcess
    from almazara.prices.fetching.protocol import Page

app = typer.Typer(help="Rules of shops that publish no price for machines.", no_args_is_help=True)


@app.command("try")
def try_rule(
    saved: Annotated[list[Path], typer.Argument(metavar="PAGE", help="Saved pages of one shop, plain or gzip.")],
    price: Annotated[str, typer.Option(help="CSS or XPath of the price, or a path into JSON: `json:product.price`.")],
    url: Annotated[str | None, typer.Option(help="Address of the first page, where it names none itself.")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO code of amounts that are printed without a mark.")] = None,
    list_price: Annotated[str | None, typer.Option(help="Where the price before stands.")] = None,
    availability: Annotated[str | None, typer.Option(help="Where it says whether it can be bought.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep it, if it agrees on two pages or more.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what a rule reads on saved pages of a shop, those of your runs too; with --keep, ask it from now on."""
    from almazara.prices.collecting import own_rules
    from almazara.prices.collecting.reading_process import ReadingProcess
    from almazara.prices.fetching.snapshots import open_snapshots, read_snapshot
    from almazara.prices.pages.amazon.marketplaces import shop_of
    from almazara.prices.pages.outcome import as_dict
    from almazara.prices.pages.own_rule import ShopRule

    settings = load_settings()
    with closing(ReadingProcess(settings.page_seconds)) as reader:
        named = list(_read(saved, url, reader))
        shops = {shop for shop, _, _ in named}
        if len(shops) != 1:
            raise InputError(f"The pages are of several shops: {', '.join(sorted(shops))}.")
        (shop,) = shops
        notes = open_snapshots(settings).addresses().items()
        kept = filter(None, (read_snapshot(note) for address, note in notes if shop_of(address) == shop))
        pages = [(name, page) for _, name, page in named] + [(f"{shop}:{one.sku}", one.page) for one in kept]
        rule = ShopRule(shop, price, currency.upper() if currency else None, list_price, availability)
        trials = own_rules.try_rule(rule, pages, reader)
    if keep:
        with opened_prices() as prices:
            own_rules.keep_rule(prices.store, rule, trials)
    shown = [
        {"page": one.page, "verdict": one.verdict, "rule": as_dict(one.by_rule), "published": as_dict(one.published)}
        for one in trials
    ]
    spoken = language(Language.EN)
    rows = ([one.page, one.verdict, *(_told(read, spoken) for read in (one.by_rule, one.published))] for one in trials)
    told = f"The rule of {shop} is kept." if keep else "Nothing is kept; --keep does."
    print_answer(
        {"shop": shop, "kept": keep, "trials": shown},
        [Table(["page", "rule", "reads", "published"], rows), told],
        as_json=as_json,
    )


@app.command("list")
def list_rules(as_json: AsJson = False) -> None:
    """The rules that are kept."""
    from almazara.prices.collecting import own_rules

    with opened_prices() as prices:
        rules = [rule.as_document() for rule in own_rules.shop_rules(prices.store).values()]
    columns = ["shop", "price", "currency", "list_price", "availability"]
    print_answer(rules, [Table(columns, ([rule[name] or "" for name in columns] for rule in rules))], as_json=as_json)


@app.command()
def remove(shop: Annotated[str, typer.Argument(help="Host of the shop.")], as_json: AsJson = False) -> None:
    """Keep a shop's rule no longer."""
    from almazara.prices.collecting import own_rules

    with opened_prices() as prices:
        own_rules.remove_rule(prices.store, shop)
    print_answer({"removed": shop}, [f"The rule of {shop} is removed."], as_json=as_json)


def _read(saved: list[Path], url: str | None, reader: ReadingProcess) -> Iterator[tuple[str, str, Page]]:
    """Shop, name and page of each file; the address is the one given, or the page's own."""
    from almazara.prices.pages.amazon.marketplaces import shop_of

    for place, path in enumerate(saved):
        page = page_of(path, url if place == 0 else None, reader)
        yield shop_of(page.url), str(path), page


def _told(outcome: object, spoken: Language) -> str:
    from almazara.prices.pages.outcome import Offer

    if isinstance(outcome, Offer):
        return written(outcome.price, outcome.currency, spoken)
    return str(getattr(outcome, "reason", "a list"))[:80]
