"""What no browser draws as text confirms no price: made pages that show another one, or none, to people."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices import pages
from almazara.prices.pages.outcome import Offer, Unreadable
from almazara.prices.pages.unseen import declared

NAME = "Aceite Lagar Alto"


def read(shown, price="18.95"):
    product = {"@type": "Product", "name": NAME, "offers": {"price": price, "priceCurrency": "EUR"}}
    published = f"<script type='application/ld+json'>{json.dumps(product)}</script>"
    return pages.read(f"<!doctype html><h1>{NAME}</h1>{shown}{published}", url="https://www.shop.example/p/1")


UNDRAWN = {
    **{tag: f"<{tag}>18,95 €</{tag}>" for tag in (
        "iframe", "noembed", "noframes", "video", "audio", "canvas", "meter", "progress", "rp", "title",
    )},
    **{f"svg {tag}": f"<svg><{tag}><text>18,95 €</text></{tag}></svg>" for tag in (
        "desc", "defs", "symbol", "metadata", "clipPath", "pattern",
    )},
    "svg title": "<svg><title>18,95 €</title></svg>",
    "annotation": "<math><annotation>18,95 €</annotation></math>",
    "object": "<object data='oil.png'>18,95 €</object>",
    "second of two": "<div hidden><p>17,95 €</p><p>18,95 €</p></div>",
    "popover": "<div popover>18,95 €</div>",
    "closed note": "<details><summary>Precio</summary>18,95 €</details>",
    "element of a closed note": "<details><summary>Precio</summary><p>18,95 €</p></details>",
    "second summary": "<details><summary>Precio</summary><summary>18,95 €</summary></details>",
    "escaped letter": r"<b style='display:\6eone'>18,95 €</b>",
    "escaped sign": r"<b style='d\isplay:none'>18,95 €</b>",
    "comment": "<b style='display/**/:/* ; */none'>18,95 €</b>",
    "escape in a sheet": r"<style>.n{display:n\6f ne}</style><b class='n'>18,95 €</b>",
    "font": "<b style='font:0/0 a'>18,95 €</b>",
    "font with words": "<b style='font: normal 0px serif'>18,95 €</b>",
    "tiny font": "<b style='font-size:.01em'>18,95 €</b>",
    "opacity": "<b style='opacity:0.0'>18,95 €</b>",
    "opacity in percent": "<b style='opacity: 0%'>18,95 €</b>",
    "faint": "<b style='opacity:.01'>18,95 €</b>",
    "zoom": "<b style='zoom:0'>18,95 €</b>",
    "scale": "<b style='transform: scale(0)'>18,95 €</b>",
    "content": "<b style='content-visibility:hidden'>18,95 €</b>",
    "no room": "<div style='max-height:0;overflow:hidden'>18,95 €</div>",
    "aside": "<div style='position:absolute;left:-9999px'>18,95 €</div>",
    "clipped": "<div style='clip:rect(0,0,0,0);position:absolute'>18,95 €</div>",
}  # fmt: skip


@pytest.mark.parametrize("undrawn", UNDRAWN.values(), ids=UNDRAWN)
def test_what_is_not_drawn_confirms_no_published_price(undrawn):
    assert isinstance(read(f"{undrawn}<p>21,95 €</p>"), Unreadable)


@pytest.mark.parametrize("undrawn", UNDRAWN.values(), ids=UNDRAWN)
def test_what_is_not_drawn_contradicts_no_published_price(undrawn):
    assert read(f"{undrawn}<p>21,95 €</p>", price="21.95").price == Decimal("21.95")


DRAWN = {
    "unknown element of a drawing's name": "<desc>18,95 €</desc>",
    "text of a drawing": "<svg><text>18,95 €</text></svg>",
    "page in a drawing": "<svg><foreignObject><desc>18,95 €</desc></foreignObject></svg>",
    "object of nothing": "<object>18,95 €</object>",
    "open note": "<details open><summary>Precio</summary>18,95 €</details>",
    "summary": "<details><summary>18,95 €</summary>Precio</details>",
    "broken property": "<b style='dis/**/play:none'>18,95 €</b>",
    "half faded": "<b style='opacity:.5'>18,95 €</b>",
    "line height": "<b style='font:12px/0 serif'>18,95 €</b>",
    "weight": "<b style='font: 400 14px serif'>18,95 €</b>",
    "no padding": "<b style='min-height:0;padding:0;overflow:hidden'>18,95 €</b>",
}


@pytest.mark.parametrize("drawn", DRAWN.values(), ids=DRAWN)
def test_what_is_drawn_is_the_first_price_that_a_page_shows(drawn):
    assert isinstance(read(f"{drawn}<p>21,95 €</p>"), Offer)
    assert isinstance(read(f"{drawn}<p>21,95 €</p>", price="21.95"), Unreadable)


@given(st.lists(st.sampled_from(["div", "span", "section", "b"]), max_size=60), st.sampled_from(["hidden", "popover"]))
def test_what_stands_in_something_hidden_is_hidden_however_deep(around, how):
    opened, closed = (f"<{tag}>" for tag in around), (f"</{tag}>" for tag in reversed(around))
    shown = f"<div {how}>{''.join(opened)}18,95 €{''.join(closed)}</div><p>21,95 €</p>"
    assert isinstance(read(shown), Unreadable)


@given(st.sampled_from(["display:none", "opacity:0;", "font-size:0"]), st.data())
def test_a_style_says_the_same_however_its_letters_are_escaped(style, data):
    escaped = data.draw(st.sets(st.integers(0, len(style) - 1)))
    letters = (f"\\{ord(c):06x}" if at in escaped and c.isalpha() else c for at, c in enumerate(style))
    assert declared("".join(letters)) == style


@given(st.text(alphabet="/*ad:;6 "))
def test_any_style_is_read_without_its_comments(style):
    assert "/*" not in declared(style)
