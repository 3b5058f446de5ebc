"""`almazara prices goods ...`: what is sold at several shops as one, and what is declared of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from almazara.cli.output import AsJson, Table, language, opened_prices, print_answer
from almazara.cli.price_histories import ProductId, priced, written
from almazara.errors import InputError
from almazara.words.numbers import Language

if TYPE_CHECKING:
    from almazara.prices.answering.good_stories import GoodRow

app = typer.Typer(help="Goods that several shops sell: by their GTIN, or as declared.", no_args_is_help=True)


@app.command("list")
def list_goods(as_json: AsJson = False) -> None:
    """The goods that several shops sell, each with its cheapest shop."""
    with opened_prices() as prices:
        found = prices.service.goods()
    spoken = language(Language.EN)
    rows = [[one.good_id, one.title or "", len(one.products), *_best(one, spoken)] for one in found]
    print_answer(found, [Table(["good", "title", "shops", "best price", "at"], rows)], as_json=as_json)


@app.command()
def show(
    good: Annotated[str, typer.Argument(help="Its id, its number as gtin:NUMBER, or a product's id.")],
    as_json: AsJson = False,
) -> None:
    """A good at all its shops, cheapest first, and whether to buy it now."""
    spoken = language(Language.EN)
    with opened_prices() as prices:
        story = prices.service.good(good, language=spoken)
    rows = []
    for one in story.good.products:
        latest = one.latest
        amounts = priced(latest, spoken) if latest else ("", "")
        rows.append([one.shop, *amounts, f"{latest.days_ago:.1f}" if latest else "", one.id])
    told: list[str | Table] = [Table(["shop", "price", "per litre", "days ago", "product"], rows), story.advice.message]
    print_answer(story, told, as_json=as_json)


@app.command()
def same(
    products: Annotated[list[str], typer.Argument(metavar="PRODUCT...", help="Two products or more.")],
    as_json: AsJson = False,
) -> None:
    """Declare that products are the same good."""
    if len(set(products)) == 1:
        raise InputError("One product is the same as itself: give two or more, or say `apart`.")
    with opened_prices() as prices:
        good = prices.service.declare_good(products).good
    print_answer(good, [f"{good.good_id} is sold at {len(good.products)} places now."], as_json=as_json)


@app.command()
def apart(product: ProductId, as_json: AsJson = False) -> None:
    """Declare that a product is like no other, whatever GTIN its page publishes."""
    with opened_prices() as prices:
        good = prices.service.declare_good([product]).good
    print_answer(good, [f"{product} is a good of its own now."], as_json=as_json)


@app.command()
def forget(product: ProductId, as_json: AsJson = False) -> None:
    """Forget what was declared of a product: its GTIN decides again."""
    with opened_prices() as prices:
        prices.service.undeclare(product)
    print_answer({"forgotten": product}, [f"Nothing is declared of {product} any more."], as_json=as_json)


def basket(
    items: Annotated[list[str], typer.Argument(metavar="ITEM...", help="Goods or products, each with how many: ID~2.")],
    delivery: Annotated[
        list[str] | None, typer.Option(help="What a shop takes for an order: SHOP~4.99~49, nothing from 49 on.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Where to buy each thing of a basket so that it costs least in all."""
    from almazara.prices.buying.basket_address import read_basket

    with opened_prices() as prices:
        found = prices.service.basket(read_basket(items, delivery or []))
    spoken = language(Language.EN)
    rows = [
        [part.shop, line.quantity, line.offer.title or line.item, written(line.goods, found.basket.currency, spoken)]
        for part in found.basket.parts
        for line in part.lines
    ]
    told = [one.text(spoken) for one in found.basket.told]
    unknown = [f"{one} is no good and no product." for one in found.unknown]
    unused = [f"{one} sells none of it now: what it takes for delivery does not count." for one in found.unused]
    told += unknown + unused
    print_answer(found, [Table(["shop", "pieces", "what", "costs"], rows), *told], as_json=as_json)
    if not rows:
        raise typer.Exit(1)


def _best(good: GoodRow, spoken: Language) -> tuple[str, str]:
    best = next((one for one in good.products if one.id == good.best), None)
    if best is None or best.latest is None:
        return "", ""
    return written(best.latest.price, best.latest.currency, spoken), best.shop
