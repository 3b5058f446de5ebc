"""Books with an accordion of offers and a tab for each format (2018): whose price the header of a row is."""

from collections.abc import Iterator
from itertools import takewhile

from selectolax.lexbor import LexborHTMLParser, LexborNode

from almazara.prices.money import Money, parse_price
from almazara.prices.pages.amazon import rules
from almazara.prices.pages.amazon.wording import amounts_in, only_words
from almazara.prices.pages.document import attribute, lineage, text_of


def other_offer(node: LexborNode) -> str | None:
    """What a price in the header of the new row is of, where the row says that it is not of a new copy for anybody."""
    if rules.NEW_BOOK_HEADER not in attribute(node, "class").split():
        return None
    row = next((step for step in lineage(node) if attribute(step, "id") == rules.NEW_BOOK_ROW), None)
    if row is None:
        return None
    headings = (text_of(step).replace(text_of(node), " ", 1) for step in _within(row, node))
    heading = next((text for text in headings if any(map(str.isalpha, text))), "")
    if not only_words(heading, rules.NEW_BOOK_HEADINGS):
        return heading.strip()
    members = rules.MEMBERS_ONLY.search(text_of(row))
    return members[0] if members else None


def _within(row: LexborNode, node: LexborNode) -> Iterator[LexborNode]:
    return takewhile(lambda step: step.mem_id != row.mem_id, lineage(node.parent))


def is_of_another_format(tree: LexborHTMLParser, node: LexborNode, price: Money) -> bool:
    """Whether the open tab is of a file or recording, or prints other prices than that of a row below the tabs."""
    if not any(attribute(step, "id").startswith("mediaTab") for step in lineage(node)):
        return False
    tab = text_of(tree.css_first(rules.OPEN_TAB))
    printed = [parse_price(tab[start:end], currency_hint=price.currency) for start, end in amounts_in(tab)]
    amounts = [money.amount for money in printed if money and money.currency == price.currency]
    apart = bool(amounts) and not min(amounts) <= price.amount <= max(amounts)
    return apart or rules.FILE_FORMATS.search(tab) is not None
