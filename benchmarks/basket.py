"""The cheapest split of a basket over shops: how long it takes, and how far the best simple answers are from it.

    python benchmarks/basket.py --items 40 --shops 20 --pieces 3

Baskets are made: an item costs 0.50 to 25, a shop up to 20 % more or less, and sells 60 % of the items; it delivers for
2.99 to 6.95, for nothing from 25, 39, 49, 59 or 100 on, or never. `--hard` sells cheap goods in all shops, so that each
threshold counts. Beside the split: each item where it is cheapest, and the best single shop, both with delivery.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from decimal import Decimal

from almazara.prices.buying.basket import cheapest_basket
from almazara.prices.buying.basket_values import Delivery, ShopOffer, Wanted

COSTS = ("2.99", "3.99", "4.99", "5.95", "6.95")
FREE_FROM = (None, "25", "39", "49", "59", "100")


def basket(items: int, shops: int, pieces: int, seed: int, *, hard: bool) -> tuple[list[Wanted], dict[str, Delivery]]:
    """A basket and the terms of its shops."""
    made = random.Random(seed)
    names = [f"shop{number}.example" for number in range(shops)]
    wanted = []
    for item in range(items):
        usual = made.uniform(0.5, 4 if hard else 25)
        selling = names if hard else [name for name in names if made.random() < 0.6] or names[:1]
        prices = {name: Decimal(f"{usual * made.uniform(0.8, 1.2):.2f}") for name in selling}
        offers = [ShopOffer(f"{name}:{item}", name, price, "EUR") for name, price in prices.items()]
        wanted.append(Wanted(str(item), made.randint(1, pieces), offers))
    free_from = [made.choice(FREE_FROM) for _ in names]
    terms = {
        name: Delivery(Decimal(made.choice(COSTS)), None if least is None else Decimal(least))
        for name, least in zip(names, free_from, strict=True)
    }
    return wanted, terms


def simple(wanted: list[Wanted], deliveries: dict[str, Delivery]) -> Decimal:
    """What it costs to buy each item where it is cheapest, with what the shops then take for delivery."""
    goods: dict[str, Decimal] = {}
    for one in wanted:
        best = min(one.offers, key=lambda offer: (offer.price, offer.shop))
        goods[best.shop] = goods.get(best.shop, Decimal(0)) + one.quantity * best.price
    terms = [(amount, deliveries[shop]) for shop, amount in goods.items()]
    return sum(
        (amount + (0 if one.free_from is not None and amount >= one.free_from else one.cost) for amount, one in terms),
        Decimal(0),
    )


def main() -> None:
    """Ask for some baskets, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=40)
    parser.add_argument("--shops", type=int, default=20)
    parser.add_argument("--pieces", type=int, default=3)
    parser.add_argument("--baskets", type=int, default=20)
    parser.add_argument("--hard", action="store_true")
    asked = parser.parse_args()
    cheapest_basket(*basket(3, 3, 1, 0, hard=True))  # the solver is imported once
    took, gaps, dearer, single = [], [], [], []
    for seed in range(asked.baskets):
        wanted, deliveries = basket(asked.items, asked.shops, asked.pieces, seed, hard=asked.hard)
        start = time.perf_counter()
        found = cheapest_basket(wanted, deliveries)
        took.append(time.perf_counter() - start)
        gaps.append(float(found.gap / found.total))
        dearer.append(float(simple(wanted, deliveries) / found.total) - 1)
        if found.single:
            single.append(float(found.single.total / found.total) - 1)
    print(f"seconds: median {statistics.median(took):.3f}, most {max(took):.3f}")
    print(f"proven: {gaps.count(0)} of {len(gaps)}; furthest from it {max(gaps):.2%}")
    print(f"each item where it is cheapest costs {statistics.mean(dearer):.1%} more")
    if single:
        print(f"the best single shop costs {statistics.mean(single):.1%} more ({len(single)} baskets have one)")


if __name__ == "__main__":
    main()
