"""Pages made to take long are refused before the costly work, and told of in a sentence; nothing is timed here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from almazara.prices.pages import own_address, read, shape
from almazara.prices.pages.outcome import Offer, OverloadError, Unreadable
from almazara.prices.pages.own_rule import ShopRule, read_by_rule
from almazara.prices.pages.request import PageRequest
from almazara.prices.pages.shops import jsonld
from almazara.prices.pages.shops.lines import Lines
from almazara.prices.pages.shops.microdata import MOST_ASKED

SHOP = "https://www.shop.example/p/lagar"
OFFER = '{"price": "5.60", "priceCurrency": "EUR"}'
LD = '<script type="application/ld+json">'
LAGAR = f'{LD}{{"@type": "Product", "name": "Lagar", "offers": {OFFER}}}</script><h1>Lagar</h1><p>5,60 €</p>'
DEEP = "in one another"
DRAWN_APART = "<i>x</i>"


def of_offers(offers, before=""):
    return f'{LD}[{before}{{"@type": "Product", "name": "Lagar", "offers": [{offers}]}}]</script><h1>Lagar</h1>'


def formatting(count):
    return "<p>" + "".join(f"<b id={place}>" for place in range(count)) + "</p>"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("<div>" * 1_000, DEEP),
        ("<span>" * 1_000 + "</x>" * 1_000, DEEP),
        ("<div></x>" * 20_000, DEEP),
        ("<div><!--</-->" * 20_000, DEEP),
        ("<div a='</div>'>" * 20_000, DEEP),
        ("<script>" + "</" * 20_000 + "</script>" + "<ul><li>" * 10_000, DEEP),
        (formatting(3_000), DEEP),
        (formatting(300) + "<p>x</p>" * 2_500, "elements"),
        ("<br>" * (shape.MOST_ELEMENTS + 1), "elements"),
        ("</x>" * 200_000, "more tags"),
        ("<html a=1><br>" * 2_000, "more tags"),
        (f"<p id='{'a' * 20_001}'>", "characters"),
        (f"<p CLASS = {'a' * 20_001}>", "characters"),
        (f"<p\nId\n=\n'{'a' * 20_001}'>", "characters"),
        (f'<p class="{"a " * 10_001}">', "characters"),
        ("<p" + "".join(f" a{place}" for place in range(shape.MOST_ATTRIBUTES + 1)) + ">", "attributes"),
    ],
)
def test_elements_that_take_the_parser_long_are_refused(more, reason):
    outcome = read(f"{LAGAR}{more}", url=SHOP)
    assert isinstance(outcome, Unreadable)
    assert (outcome.missing, reason in outcome.reason) == (("page",), True)


@pytest.mark.parametrize("long", ["data-id", "x-class", "style", "src", "idx", "xID", "_class", "classid"])
def test_what_names_no_element_may_be_long(long):
    assert isinstance(read(f"{LAGAR}<p {long}='{'a' * 30_000}'>", url=SHOP), Offer)


def test_every_entrance_refuses_them():
    page = LAGAR + "<div>" * 1_000
    assert own_address(page.encode()) == ""
    outcome = read_by_rule(ShopRule("shop.example", "p"), page, PageRequest(SHOP, "shop.example"), {})
    assert DEEP in outcome.reason


@pytest.mark.parametrize(
    "more",
    [
        "<div>" * 100 + "</div>" * 100,
        "<p>x<br>" * 3_000,
        DRAWN_APART * 7_000,
        "<script>" + "a<b c d e " * 1_000 + "</script>",
        f"<!-- <p {'a ' * 1_000}-->",
        f"<p title='<a {'b ' * 1_000}'>",
    ],
)
def test_what_real_pages_have_more_or_less_of_is_read(more):
    assert isinstance(read(f"{LAGAR}{more}", url=SHOP), Offer)


def test_no_element_of_many_attributes_hides_behind_what_looks_like_one():
    wide = "<p" + "".join(f" a{place}" for place in range(shape.MOST_ATTRIBUTES + 1)) + ">"
    for before in (f"<script>a<b {'c ' * 1_000}</script>", f"<p title='<script {'b ' * 1_000}'>", "<p a='"):
        with pytest.raises(OverloadError, match="attributes"):
            shape.parsed_within_bounds(before + ("'>" if before.endswith("'") else "") + wide)


PIECES = st.sampled_from(
    [
        *("<p>", "</p>", "<td>", "<table>", "</table>", "<!--", "-->", "<a>", "x", "<script>", "</script>", "'", '"'),
        *(
            "<b>",
            "<B>",
            "</b>",
            "<b i=1>",
            '<b i="1">',
            "<b i='2'>",
            "<b ",
            '<i class="a b">',
            '<i c="',
            "<u/>",
            "<tt\n>",
        ),
    ]
)


@given(st.lists(PIECES, max_size=200), st.lists(PIECES, min_size=1, max_size=8), st.integers(0, 30))
def test_no_place_has_more_formatting_opened_again_than_was_counted(first, again, times):
    page = "".join([*first, *again * times])
    elements = len(LexborHTMLParser(page).css("*"))
    implied = 4  # a cell brings its row, its body and their table, and a page its root, head and body
    assert elements <= implied + page.count("<") * (implied + shape._reopened_at_once(page))


@pytest.mark.parametrize(
    ("page", "count"),
    [
        ("<b>" * 50, 3),
        ("<b>" * 50 + "<i>" * 2, 5),
        ('<b class="x">' * 50 + '<b class="y">' * 50, 6),
        ("<b class='x'>" * 50, 50),
        ('<!-- <b c="--><b 1><b 2>">', 3),
    ],
)
def test_formatting_that_is_written_alike_counts_three_times_at_most(page, count):
    assert shape._reopened_at_once(page) == count


@pytest.mark.parametrize("mark", ["'", '"', ""])
@pytest.mark.parametrize("before", ["", f"<p title='{'a' * 30_000}'>", f"<script>{'b ' * 20_000}</script>"])
@pytest.mark.parametrize("name", ["class=", "CLASS = ", "id\n=\t"])
def test_a_long_name_is_found_wherever_it_stands(mark, before, name):
    for count, is_long in ((shape._LONGEST_NAMES, True), (shape._LONGEST_NAMES - 1, False)):
        assert shape._has_long_names(f"{before}<p {name}{mark}{'n' * count}{mark}>") is is_long


@given(st.integers(0, 30_000))
def test_a_page_is_parsed_by_beginnings_of_one_step_more_each(tags):
    page = "<p>" * tags
    beginnings = [part.count("<") for part in shape._beginnings(page, tags)]
    steps = [after - before for before, after in zip([0, *beginnings], [*beginnings, tags], strict=True)]
    assert max(steps, default=0) <= 12_000
    assert min(beginnings, default=0) >= 0


@pytest.mark.parametrize(
    "page",
    [
        of_offers("{}," * jsonld.MOST_VALUES + "{}"),
        of_offers(OFFER, before="[" + "1," * jsonld.MOST_VALUES + "1],"),
        of_offers(",".join(['{"@id": "a"}'] * 1_000), before=f'{{"@id": "a", "offers": [{",".join([OFFER] * 100)}]}},'),
    ],
)
def test_more_offers_than_a_page_of_goods_publishes_are_refused(page):
    outcome = read(page, url=SHOP)
    assert isinstance(outcome, Unreadable)
    assert "publishes more" in outcome.reason


@pytest.mark.parametrize("said", ["[" + '"new",' * 20 + '"new"]', '"' + "new " * 1_000 + '"'])
def test_goods_whose_state_is_said_at_length_are_not_known_to_be_new(said):
    outcome = read(LAGAR.replace('"EUR"}', f'"EUR", "itemCondition": {said}}}'), url=SHOP)
    assert isinstance(outcome, Unreadable)
    assert outcome.missing == ("condition",)


def test_properties_in_many_scopes_in_one_another_are_refused():
    scopes = "<div itemscope itemtype='https://schema.org/Product'>" * 100
    outcome = read(f"<h1>Lagar</h1>{scopes}" + "<b itemprop=price>5</b>" * (MOST_ASKED // 10), url=SHOP)
    assert "microdata" in outcome.reason


def test_the_whole_of_an_amount_is_looked_for_near_its_mark(monkeypatch):
    seen = []

    class Piece(str):
        __slots__ = ()

        def isspace(self):
            seen.append(self)
            return str.isspace(self)

    lines = Lines()
    lines.parts = [Piece(" ")] * 5_000 + [Piece(".")]
    monkeypatch.setattr(lines, "_text", ".")
    lines._close_mark()
    assert len(seen) <= 100


def test_more_places_than_a_page_of_goods_has_are_refused_on_amazon_too():
    page = (
        "<input id=ASIN value=B0SAMPLE01><b id=productTitle>Lagar</b>" + "<p id=availability><span></span></p>" * 3_000
    )
    outcome = read(page, url="https://www.amazon.es/dp/B0SAMPLE01")
    assert "more places" in outcome.reason
