"""Books of 2018, whose offers fold and whose formats have tabs, and cards of bestsellers: made pages of Amazon."""

from decimal import Decimal

import pytest

from almazara.prices import pages
from almazara.prices.pages.outcome import Offer, Unreadable

ASIN = "0000000027"
TABS = [("Kindle", "$17.20"), ("Paperback", "$9.80 - $24.60")]
BODY = '<div id="availability">In Stock.</div><input id="add-to-cart-button">'


def book(heading, printed="$24.60", body=BODY, *, opened=1, tabs=TABS):
    headings = "".join(
        f'<li id="mediaTab_heading_{number}" class="{"a-active" if number == opened else ""}">{" ".join(tab)}</li>'
        for number, tab in enumerate(tabs)
    )
    row = (
        f'<div id="newOfferAccordionRow"><h5>{heading} <span class="header-price">{printed}</span></h5>{body}</div>'
        '<div id="usedOfferAccordionRow"><h5>Buy used <span class="header-price">$9.80</span></h5></div>'
    )
    html = (
        f'<!doctype html><span id="productTitle">Axes of the North</span><input id="ASIN" value="{ASIN}"><div '
        f'id="mediaTabsGroup"><ul id="mediaTabsHeadings">{headings}</ul><div id="mediaTab_content_landing">{row}'
    )
    return pages.read(html, url=f"https://www.amazon.com/dp/{ASIN}")


@pytest.mark.parametrize("heading", ["Buy new", "New:", "", "Comprar nuevo", "Neu kaufen", "Acheter neuf", "Kup nowy"])
def test_the_row_of_new_copies_is_one_by_its_own_heading(heading):
    outcome = book(heading)
    assert isinstance(outcome, Offer)
    assert (outcome.price, outcome.rule) == (Decimal("24.60"), "amazon:books-header")


@pytest.mark.parametrize(
    "heading",
    [
        "New from", "Buy new with Prime", "Subscribe & Save", "Renewed", "Rent for a term", "Gebraucht kaufen", "Usato",
        "Comprar de 2ª mano", "Acheter d'occasion", "Buy new (other edition)",
    ],
)  # fmt: skip
def test_a_row_whose_heading_says_more_than_new_is_another_offers(heading):
    assert isinstance(book(heading), Unreadable)


@pytest.mark.parametrize(
    "said", ["Price for Prime members", "Without Prime $29.00", "Prix réservé aux membres Prime", "Ohne Prime 29,00 €"]
)
def test_a_row_for_members_is_no_offer_for_anybody(said):
    assert isinstance(book("Buy new", body=f"<p>{said}</p>{BODY}"), Unreadable)


def test_a_struck_part_of_a_price_is_no_price():
    assert isinstance(book("Buy new", '<span class="a-text-strike">$31.00</span>'), Unreadable)
    shown = book("Buy new", body=f'<p>List: <span class="a-text-strike">$31.00</span></p>{BODY}')
    assert shown.price == Decimal("24.60")


@pytest.mark.parametrize(
    ("opened", "tabs"),
    [
        (0, TABS),
        (0, [("Audiobook", "$24.60"), ("Paperback", "$24.60")]),
        (0, [("Hardcover", "$40.00"), ("Paperback", "$24.60")]),
        (1, [("Hardcover", "$24.60"), ("Paperback", "$9.80 - $19.00")]),
    ],
)
def test_a_price_under_the_open_tab_of_another_format_is_refused(opened, tabs):
    assert isinstance(book("Buy new", opened=opened, tabs=tabs), Unreadable)


def bestseller(before, link="#"):
    named = '<a href="/x/dp/B0AXE00001"><img alt="Beil"></a>'
    amount = f'<span class="p13n-sc-price">{"8,70"} €</span>'
    html = f'<li class="zg-item-immersion">{named}<a href="{link}"><span>{before} <i>{amount}</i></span></a></li>'
    return pages.read(f"<!doctype html>{html}", url="https://www.amazon.de/gp/bestsellers").offers[0].price


def test_a_bestseller_has_no_price_of_used_copies_or_of_the_lowest_of_several_offers():
    assert bestseller("") == Decimal("8.70")
    for before in ("Gebraucht ab", "5 Angebote ab", "ab", "from", "Gebraucht:", "à partir de"):
        assert bestseller(before) is None
    own = "/x/dp/B0AXE00001/ref=zg"  # `1 offer from` that leads to the product's own page is what that page asks
    assert bestseller("1 Angebot ab", own) == Decimal("8.70")
    assert bestseller("Gebraucht ab", own) is None
