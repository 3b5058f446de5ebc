"""Prices that a reader of the page sees: a witness for what the markup claims, never a source."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Final

from selectolax.lexbor import LexborNode

from almazara.prices.money import Money, parse_price, read_amount
from almazara.prices.pages.document import lineage
from almazara.prices.pages.shops import sayings, shipping_shown
from almazara.prices.pages.shops.around import Surroundings
from almazara.prices.pages.shops.conditions import is_not_otherwise, shown_on_conditions
from almazara.prices.pages.shops.drawn import Styles
from almazara.prices.pages.shops.sayings import Role
from almazara.prices.pages.shops.shown import Printed, ShownText
from almazara.prices.schema import NamedPrice, PriceName

_ALONE: Final = r"(?<![\d.,])(?<!\d\x1f)"  # no digit before it, nor at the end of the element before
_ANY_AMOUNT = re.compile(_ALONE + r"\d{1,3}(?:[., ']?\d{3}){0,2}[ \x1f]{0,2}[.,][ \x1f]{0,2}\d{2}(?!\d|[.,]\d)")
_SHARING: Final = ("USD", "SEK", "JPY")  # one of those that share each mark: $, kr, ¥
_BOX: Final = 400  # characters of a page's text in which one price box stands


class VisiblePrices:
    """The amounts that a page, or parts of it, show without scripts and styles, and what each is."""

    def __init__(self, parts: Iterable[LexborNode], names: Sequence[str], styles: Styles) -> None:
        self._shown = ShownText(parts, names, styles)
        self._by_currency: dict[str, list[tuple[Decimal, Role, Printed]]] = {}

    @cached_property
    def _standing(self) -> list[Printed]:
        """Amounts of any currency that stand as a price near the product's title."""
        return [one for one in self._shown.printed if one.near and one.role is Role.STANDING]

    def _of(self, currency: str) -> list[tuple[Decimal, Role, Printed]]:
        """Amounts in a currency; a regular price, or one of a piece, is another where one stands near."""
        if currency not in self._by_currency:
            read = [(amount, one) for one in self._shown.printed if (amount := one.in_currency(currency)) is not None]
            standing = {amount for amount, one in read if one.near and one.role is Role.STANDING}
            self._by_currency[currency] = [(amount, _settled(one.role, amount, standing), one) for amount, one in read]
        return self._by_currency[currency]

    def _standing_in(self, currency: str) -> list[tuple[Printed, Decimal]]:
        return [(one, amount) for amount, role, one in self._of(currency) if one.near and role is Role.STANDING]

    def standing(self, currency: str) -> list[Decimal]:
        """Amounts that stand as a price near the product's title or a button to buy it, in the page's order."""
        return [amount for _, amount in self._standing_in(currency)]

    def only_price(self, currency: str | None) -> Money | None:
        """The one amount that stands near the product's title, of the currency that its mark or the page's data say."""
        read = {parse_price(one.words, currency_hint=currency) for one in self._standing} - {None}
        is_plain = any(one.plain for one in self._standing)  # beside words that nobody knows it may be anything
        return read.pop() if len(read) == 1 and is_plain else None

    def only_bare_price(self, amounts: Iterable[Decimal], currency: str) -> Money | None:
        """The one of some amounts that stands first behind the title, where none stands near with a currency's mark."""
        if self._standing:
            return None
        first = next(self._bare_behind_title(), None)
        if first is None or not first.plain:
            return None
        found = [amount for amount in amounts if any(one.start == first.start for one in self._bare(amount))]
        return Money(found[0], currency) if len(found) == 1 else None

    def _bare_behind_title(self) -> Iterator[Printed]:
        """Amounts that stand behind the title without a currency's mark, in the page's order."""
        bare = (one for one in self._shown.bare(_ANY_AMOUNT) if one.role is Role.STANDING)
        return (one for one in bare if self._shown.is_after_title(one))

    def roles(self, amount: Decimal, currency: str) -> set[Role]:
        """As what an amount is shown, wherever it is; without a currency's mark, where it has none anywhere."""
        marked = {role for shown, role, _ in self._of(currency) if shown == amount}
        if marked:
            return marked
        return {_settled(one.role, amount, set()) for one in self._shown.bare(re.compile(written(amount)))}

    def other_bare_price(self, amount: Decimal) -> str | None:
        """Another amount that the page calls its price, without a currency's mark, where none stands with one."""
        if self._standing or any(True for _ in self._bare(amount)):
            return None
        return next((one.words for one in self._bare_behind_title() if self._shown.is_called_price(one)), None)

    def marked_otherwise(self, amount: Decimal, currency: str) -> str | None:
        """The amount as it stands near the title beside a mark that its currency does not have."""
        number = re.compile(written(amount))
        near = (one for one in self._standing if number.search(one.words))
        return next((one.words for one in near if one.in_currency(currency) is None), None)

    def other_currencies(self, currency: str) -> set[str]:
        """Currencies other than this one, or amounts of others or in points, that stand as a price near the title."""
        sure = {money.currency for one in self._standing if (money := parse_price(one.words))} - {currency}
        other = (one for one in self._standing if one.in_currency(currency) is None)
        sharing = {one.words for one in other if any(one.in_currency(code) is not None for code in _SHARING)}
        return sure | sharing | {one.words for one in self._shown.bare(_ANY_AMOUNT) if one.role is Role.FOREIGN}

    def list_price(self, price: Decimal, currency: str) -> Decimal | None:
        """The only higher earlier price in the box of the standing price, or None."""
        shown = self._of(currency)
        earlier = [(amount, one) for amount, role, one in shown if role is Role.FORMER and amount > price]
        standing = [one for amount, role, one in shown if amount == price and role is Role.STANDING] if earlier else []
        boxes = {self._shown.box_of(one.node) for one in standing} - {None}
        beside = {amount for amount, one in earlier if any(step.mem_id in boxes for step in lineage(one.node))}
        return beside.pop() if len(beside) == 1 else None

    def says(self, saying: re.Pattern[str]) -> bool:
        """Whether the page says something of its product, near the product's title."""
        return self._shown.says(saying)

    @property
    def is_priced(self) -> bool:
        """Whether people see an amount beside any currency's mark."""
        return any(one.role is not Role.HIDDEN for one in self._shown.printed)

    def shown(self, currency: str) -> list[tuple[Decimal, Role, bool]]:
        """The amounts in a currency that people see, what each is, and whether it is plain.

        Where no amount has a currency's mark, those without one. What one piece of several costs is on a condition.
        """
        bare = () if self.is_priced else self._shown.bare(_ANY_AMOUNT)
        read = ((read_amount(one.words, currency=currency), one.role, one) for one in bare)
        seen = [(amount, role, one) for amount, role, one in (*self._of(currency), *read) if role is not Role.HIDDEN]
        return [
            (amount, role if sayings.kind_of_price(*one.beside)[0] is None else Role.CONDITIONAL, one.plain)
            for amount, role, one in seen
            if amount is not None
        ]

    def leads(self, amount: Decimal, currency: str) -> bool | None:
        """Whether an amount is the price that a page shows first behind its title; None where it shows none.

        A plain one, with a currency's mark or without, goes before one with words beside it that stands a little above.
        """
        shown = [*self._standing_in(currency), *((one, amount) for one in self._bare(amount))]
        behind = sorted((one.start, not one.plain, of) for one, of in shown if self._shown.is_after_title(one))
        if not behind:
            return None
        first = min((rest for rest in behind if rest[0] < behind[0][0] + _BOX), key=lambda one: one[1])
        return first[2] == amount

    def named(self, price: Decimal, currency: str) -> tuple[NamedPrice, ...]:
        """The lower prices that the page shows beside the standing one, each with its condition."""
        return shown_on_conditions(self._around(price, currency), self._of(currency))

    def bears_out(self, one: NamedPrice, price: Decimal, currency: str) -> bool:
        """Whether what the page shows leaves a published price on a condition, or with shipping, what it is."""
        around = self._around(price, currency)
        if one.name is PriceName.DELIVERED:
            return shipping_shown.bears_out(around, one.price - price)
        return is_not_otherwise(around, self._of(currency), one)

    def _around(self, price: Decimal, currency: str) -> Surroundings:
        return Surroundings(self._shown, {one.start: amount for amount, _, one in self._of(currency)}, price)

    def _bare(self, amount: Decimal) -> Iterator[Printed]:
        """Places near the title where the amount stands without a currency's mark."""
        return (one for one in self._shown.bare(re.compile(written(amount))) if one.role is Role.STANDING)

    def currency_of(self, amount: Decimal) -> str | None:
        """The only currency with which the page shows the amount, or None."""
        shown = {
            money.currency
            for one in self._shown.printed
            if (money := parse_price(one.words)) and money.amount == amount
        }
        return shown.pop() if len(shown) == 1 else None


def _settled(role: Role, amount: Decimal, standing: set[Decimal]) -> Role:
    match role:
        case Role.REGULAR:
            return Role.FORMER if any(other < amount for other in standing) else Role.STANDING
        case Role.PIECE:
            return Role.UNIT if standing - {amount} else Role.STANDING
        case _:
            return role


def written(amount: Decimal) -> str:
    """A regular expression for an amount in print: `1234.50`, `1.234,50`, `1 234 , 50`, `1'234€50`, `1.234,-`."""
    fixed = f"{amount:,.3f}" if amount != round(amount, 2) else f"{amount:,.2f}"
    whole, _, fraction = fixed.partition(".")
    digits = whole.replace(",", "[., ']?")
    decimals = rf"[ \x1f]{{0,2}}[.,€][ \x1f]{{0,2}}{fraction}"
    if not fraction.strip("0"):
        decimals = rf"(?:{decimals}|[.,]000|[.,]-)?"
    return rf"{_ALONE}{digits}{decimals}(?!\x1f?(?:\d|[.,]\d))"
