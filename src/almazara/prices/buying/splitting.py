"""The cheapest split of pieces over shops with delivery costs, exactly, in whole numbers of the least coin.

To choose the shops is facility location, and to reach the amount that makes a delivery free is a knapsack: both are
NP-hard, so it is solved as an integer programme (HiGHS, in SciPy). To import that takes 50 MB and a third of a second,
once, and only for a question that the cheapest offer of each item does not settle. HiGHS works with floats: what it
finds is added up again in whole numbers, and what it proves is taken as a bound with a margin.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

SECONDS: Final = 2.0
"""So long the solver may search; then the best that was found is the answer, with how far it may be from the least."""
_SURELY_FEWEST: Final = 2
_MARGIN: Final = 0.5  # of a coin, and of a shop: both come in whole numbers, so what is proven within it is proven
Pieces: TypeAlias = Mapping[tuple[int, int], int]
"""How many pieces, 1 or more, by item and shop."""
_Row: TypeAlias = tuple[Mapping[int, float], float, float]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a shop takes for an order, and from which amount of goods on it takes nothing."""

    cost: int = 0
    free_from: int | None = None

    def of(self, goods: int) -> int:
        """The delivery of so much."""
        return 0 if self.free_from is not None and goods >= self.free_from else self.cost


@dataclass(frozen=True, slots=True)
class Problem:
    """What is bought and where it can be had.

    Attributes:
        quantities: By item, 1 or more.
        prices: By item, of one piece by shop; each item is sold somewhere.
        terms: By shop.
    """

    quantities: Sequence[int]
    prices: Sequence[Mapping[int, int]]
    terms: Sequence[Terms]

    def goods(self, pieces: Pieces) -> dict[int, int]:
        """What the goods cost, by shop that is bought at, in order."""
        goods = dict.fromkeys(sorted({shop for _, shop in pieces}), 0)
        for (item, shop), count in pieces.items():
            goods[shop] += count * self.prices[item][shop]
        return goods

    def cost(self, pieces: Pieces) -> int:
        """With delivery."""
        return sum(goods + self.terms[shop].of(goods) for shop, goods in self.goods(pieces).items())

    @property
    def least_goods(self) -> int:
        """What all would cost where each is cheapest, delivered for nothing: no split costs less."""
        return sum(n * min(prices.values()) for n, prices in zip(self.quantities, self.prices, strict=True))


@dataclass(frozen=True, slots=True)
class Split:
    """A split; none is cheaper by more than `gap`: 0 where it is proven to be the cheapest."""

    pieces: Pieces
    cost: int
    gap: int


def split(problem: Problem, seconds: float = SECONDS) -> Split:
    """The cheapest split, of those in the fewest shops; the same for the same problem, unless time runs out.

    O(items x shops) where the cheapest offers settle it, else exponential at worst and stopped after some seconds.
    """
    pieces, surely_fewest = _where_cheapest(problem)
    least = problem.least_goods
    if problem.cost(pieces) == least and surely_fewest:
        return Split(pieces, least, 0)
    solved, proven = _solved(problem, seconds)
    found = [*solved, pieces, *in_one_shop(problem)]
    best = min(found, key=lambda one: (problem.cost(one), len(problem.goods(one))))
    cost = problem.cost(best)
    return Split(best, cost, max(0, cost - max(least, proven)))


def in_one_shop(problem: Problem) -> list[Pieces]:
    """Everything in one shop, for each that has it, the cheapest first."""
    having = set(range(len(problem.terms))).intersection(*problem.prices)
    alone = [{(item, shop): n for item, n in enumerate(problem.quantities)} for shop in sorted(having)]
    return sorted(alone, key=problem.cost)


def _where_cheapest(problem: Problem) -> tuple[Pieces, bool]:
    """Each item where it is cheapest, and whether that is surely in as few shops as it can be.

    Items that one shop alone sells cheapest need that shop. For the others the shop that serves most of them is taken,
    again and again: one or two shops more are surely the fewest, since one that served all would have been taken first.
    """
    places = [{shop for shop, price in prices.items() if price == min(prices.values())} for prices in problem.prices]
    needed = {shop for where in places if len(where) == 1 for shop in where}
    chosen = set(needed)
    while left := [where for where in places if not where & chosen]:
        chosen.add(max(range(len(problem.terms)), key=lambda shop: (sum(shop in where for where in left), -shop)))
    pieces = {(item, min(where & chosen)): problem.quantities[item] for item, where in enumerate(places)}
    return pieces, len(chosen) - len(needed) <= _SURELY_FEWEST


def _solved(problem: Problem, seconds: float) -> tuple[list[Pieces], int]:
    """The split that the solver finds, if it finds one, and what each split costs at least.

    It minimises cost x (shops + 1) + shops in use, so that of the cheapest splits the one in the fewest shops is least.
    """
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    shops = len(problem.terms)
    pairs = [(item, shop) for item, prices in enumerate(problem.prices) for shop in sorted(prices)]
    paid, free = len(pairs), len(pairs) + shops  # where those columns begin: whether a shop delivers, and for nothing
    goods = [float(problem.prices[item][shop] * (shops + 1)) for item, shop in pairs]
    weights = [*goods, *(float(one.cost * (shops + 1) + 1) for one in problem.terms), *[1.0] * shops]
    most = [*(problem.quantities[item] for item, _ in pairs), *[1] * shops]
    most += [one.cost > 0 and one.free_from is not None for one in problem.terms]
    rows = list(_rows(problem, pairs, paid, free))
    cells = [(place, column, value) for place, (row, _, _) in enumerate(rows) for column, value in row.items()]
    lines, columns, values = zip(*cells, strict=True)
    matrix = coo_array((values, (lines, columns)), shape=(len(rows), len(weights))).tocsr()
    result = milp(
        np.array(weights),
        integrality=np.ones(len(weights), int),
        bounds=Bounds(np.zeros(len(weights)), np.array(most, float)),
        constraints=LinearConstraint(matrix, [low for _, low, _ in rows], [high for _, _, high in rows]),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    bound = result.mip_dual_bound
    proven = math.ceil((bound - shops - _MARGIN) / (shops + 1)) if bound is not None and math.isfinite(bound) else 0
    if result.x is None:
        return [], proven
    pieces = {pair: count for pair, value in zip(pairs, result.x, strict=False) if (count := round(value)) > 0}
    return [pieces] if _is_whole(problem, pieces) else [], proven


def _rows(problem: Problem, pairs: Sequence[tuple[int, int]], paid: int, free: int) -> Iterator[_Row]:
    """The constraints, each with its least and its greatest value."""
    columns = {pair: column for column, pair in enumerate(pairs)}
    for item, quantity in enumerate(problem.quantities):
        yield {columns[item, shop]: 1.0 for shop in problem.prices[item]}, quantity, quantity
    for (item, shop), column in columns.items():
        quantity = problem.quantities[item]
        yield {column: 1.0, paid + shop: -quantity, free + shop: -quantity}, -math.inf, 0.0
    for shop, terms in enumerate(problem.terms):
        if terms.free_from is not None:
            goods = {column: float(problem.prices[item][at]) for (item, at), column in columns.items() if at == shop}
            yield {**goods, free + shop: -float(terms.free_from)}, 0.0, math.inf


def _is_whole(problem: Problem, pieces: Pieces) -> bool:
    """Whether what the solver found still is every piece, once it was rounded."""
    bought = [0] * len(problem.quantities)
    for (item, _), count in pieces.items():
        bought[item] += count
    return bought == list(problem.quantities)
