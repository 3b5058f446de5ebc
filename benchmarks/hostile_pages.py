"""What pages that were made to cost much cost: seconds of processor of `read`, by kind and size, the worst first.

Run: python benchmarks/hostile_pages.py [--sizes 0.25 0.5 1] [--only WORDS] [--most 20] [--process 2]

A kind is a head, then a piece again and again up to the size, then a tail; `{i}` in a piece is its number. Each page is
read in a process of its own, which ends after `--most` seconds. A cost that grows faster than the size shows from one
size to the next. A page that is refused is `unreadable`: its reason stands behind.

With `--process` pages are read as a run reads them, by a `ReadingProcess` that allows so many seconds; the most memory
that it held stands behind too.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Final

import psutil

from almazara.prices.collecting.reading_process import ReadingProcess
from almazara.prices.pages import read
from almazara.prices.pages.outcome import Unreadable

SHOP: Final = "https://www.shop.example/p/lagar"
AMAZON: Final = "https://www.amazon.es/dp/B0SAMPLE01"
LD: Final = '<script type="application/ld+json">'
PRODUCT: Final = '{"@type": "Product", "name": "Lagar", "offers": '
OFFER: Final = '{"price": "5.60", "priceCurrency": "EUR"}'
TITLED: Final = f"<title>Lagar</title>{LD}{PRODUCT}{OFFER}}}</script><h1>Lagar</h1><p>5,60 €</p>"
SCOPE: Final = "<div itemscope itemtype='https://schema.org/Product'>"
MICRO: Final = f"<title>Lagar</title><h1>Lagar</h1>{SCOPE}<b itemprop=name>Lagar</b>"
OFFERED: Final = "<div itemprop=offers itemscope itemtype='https://schema.org/Offer'>"
DRAWN: Final = "<script>p={'name':'Lagar','price':5.60,'currency':'EUR'}</script><title>Lagar</title><h1>Lagar</h1>"
ASIN: Final = "<input id=ASIN value=B0SAMPLE01><span id=productTitle>Lagar</span>"
FEATURED: Final = "<div id=corePrice_feature_div><span class=a-price><i class=a-offscreen>5,60 €</i></span></div>"
BOOK: Final = f"{ASIN}{FEATURED}"


@dataclass(frozen=True, slots=True)
class Kind:
    """How pages of a kind are made."""

    piece: str
    head: str = TITLED
    tail: str = ""
    url: str = SHOP
    closing: str = ""

    def page(self, size: int) -> str:
        """A page of about this many characters."""
        length = len(self.piece.replace("{i}", "12345")) + len(self.closing)
        times = max((size - len(self.head)) // length, 1)
        pieces = (self.piece.replace("{i}", str(i)) for i in range(times))
        return f"{self.head}{''.join(pieces)}{self.closing * times}{self.tail}"


LIST: Final = (
    f'{LD}{{"@type": "ItemList", "itemListElement": ['
    + ",".join(f'{{"@type":"Product","name":"Lagar {n}","url":"/p/{n}","offers":{OFFER}}}' for n in range(1000))
    + "]}</script><h1>Aceites</h1>"
)

KINDS: Final[dict[str, Kind]] = {
    # elements
    "nested div": Kind("<div>"),
    "nested div closed": Kind("<div>", closing="</div>"),
    "nested span": Kind("<span>"),
    "nested span closed": Kind("<span>", closing="</span>"),
    "nested span, priced": Kind("<span>5,60 €", closing="</span>"),
    "nested div, priced": Kind("<div>5,60 €", closing="</div>"),
    "nested names": Kind("<x{i}>"),
    "nested names closed": Kind("<x{i}>", closing="</x1>"),
    "fake closers": Kind("<div></x>"),
    "fake closers of span": Kind("<span></x>"),
    "fake closers in comments": Kind("<div><!--</-->"),
    "fake closers in an attribute": Kind("<div a='</'>"),
    "fake closers in scripts": Kind("<div>", tail="<script>" + "</" * 300_000 + "</script>"),
    "closers of nothing": Kind("</x>", head=TITLED + "<span>" * 20_000),
    "closers of p": Kind("</p>", head=TITLED + "<span>" * 20_000),
    "nested p in buttons": Kind("<p><button>"),
    "nested tables": Kind("<table><tr><td>"),
    "nested tables, text between": Kind("<table>x"),
    "nested lists": Kind("<ul><li>"),
    "nested forms": Kind("<form>x</form>"),
    "nested selects": Kind("<select><option>5,60 €"),
    "formatting, unclosed": Kind("<b id={i}>"),
    "formatting, in p": Kind("<p><b id={i}>"),
    "formatting, misnested": Kind("<b><div>x</b>"),
    "formatting, misnested links": Kind("<a><div>"),
    "formatting, misnested deep": Kind("<b><i><u><div>x</b></i></u>"),
    "svg nested": Kind("<svg><g>"),
    "templates nested": Kind("<template>"),
    "frames": Kind("<body a{i}=1>"),
    "html attributes": Kind("<html a{i}=1>"),
    "many attributes": Kind(" a{i}=1", head=TITLED + "<div", tail=">"),
    "many attributes of one name": Kind(" a=1", head=TITLED + "<div", tail=">"),
    "many comments": Kind("<!---->"),
    "open comments": Kind("<!--x"),
    "empty elements": Kind("<br>"),
    "many spans": Kind("<b></b>"),
    "many paragraphs": Kind("<p>x"),
    "entities": Kind("&amp;"),
    "entities without end": Kind("&a"),
    "less-than": Kind("<"),
    "less-than, spaced": Kind("< "),
    "null characters": Kind("\0"),
    # words
    "amounts": Kind("5,60 € "),
    "amounts in lines": Kind("<p>5,60 €"),
    "amounts, nested": Kind("<i>5,60 €</i>"),
    "amounts bare": Kind("5,60 ", head=DRAWN),
    "amounts bare in lines": Kind("<p>5,60", head=DRAWN),
    "digits": Kind("5"),
    "digits apart": Kind("<i>5</i>"),
    "digits by spaces": Kind("5 "),
    "digits by threes": Kind("123 "),
    "digits by points": Kind("123."),
    "digits by two, commas": Kind("12,"),
    "commas": Kind(",12 "),
    "ranges": Kind("5,60 € - 9,60 € "),
    "ranges, open": Kind("5,60 - "),
    "marks": Kind("€"),
    "marks, spaced": Kind("€ "),
    "spaces": Kind(" "),
    "spaces no breaking": Kind("\u00a0"),
    "newlines": Kind("\n"),
    "zero width": Kind("\u200b"),
    "zero width, digits": Kind("5\u200b"),
    "one word": Kind("x"),
    "words": Kind("x "),
    "words of one letter in spans": Kind("x<i></i>"),
    "seams": Kind("<i></i>", head=TITLED + "5"),
    "seams and spaces": Kind("<i> </i>", head=TITLED + "5"),
    "headings": Kind("<h2>Lagar extra</h2>"),
    "headings, other": Kind("<h2>related</h2>"),
    "headings, other, priced": Kind("<h2>related</h2>5,60 €"),
    "headings, h1": Kind("<h1>x{i} y</h1>"),
    "headings, long": Kind("<h1>" + "palabra " * 30 + "</h1>"),
    "title, long": Kind("palabra{i} ", head=f"{LD}{PRODUCT}{OFFER}}}</script><h1>", tail="</h1>"),
    "title element, long": Kind("a{i} ", head="<title>", tail="</title><h1>x</h1>" + TITLED),
    "title, of sizes": Kind("{i} ml ", head=f"{LD}{PRODUCT}{OFFER}}}</script><h1>", tail="</h1>"),
    "titles": Kind("<title>Lagar {i}</title>"),
    "wording before": Kind("antes 5,60 € "),
    "wording, regular": Kind("precio medio de "),
    "wording, gone": Kind("a b c "),
    "wording, gone, dotted": Kind(". "),
    "wording, gone, lines": Kind("<p>- - - "),
    "wording, ended": Kind("angebot "),
    "wording, ended, of letters": Kind("annonce"),
    "wording, bids": Kind("bid "),
    "wording, bids, spaced": Kind("bid" + " " * 40),
    "wording, state": Kind("estado "),
    "wording, state of words": Kind("estado de la a"),
    "wording, state, seams": Kind("<i>estado</i>"),
    "wording, state, lines": Kind("<p>estado"),
    "wording, buttons": Kind("comprar ya "),
    "wording, buttons, priced": Kind("<p>comprar ya<p>5,60 €"),
    "wording, punctuation": Kind("-"),
    "wording, conditions": Kind("<p>con cupón 4,60 €"),
    "wording, conditions, nested": Kind("<div><i>con cupón 4,{i} €</i>"),
    "struck": Kind("<s>5,60 €</s>"),
    "struck, nested": Kind("<s>5,60 €"),
    "struck prices, other": Kind("<s>{i},60 €</s>"),
    # styles and names
    "style rules": Kind(".a{i}{display:none}", head=TITLED + "<style>", tail="</style>"),
    "style selectors": Kind(".a{i},", head=TITLED + "<style>", tail=".x{display:none}</style>"),
    "style names in one": Kind(".a{i}", head=TITLED + "<style>", tail="{display:none}</style>"),
    "style nested": Kind("@media screen{", head=TITLED + "<style>", tail="</style>"),
    "style nested closed": Kind("@media screen{", head=TITLED + "<style>", tail="</style>", closing="}"),
    "style comments": Kind("/*", head=TITLED + "<style>", tail="</style>"),
    "style comments of stars": Kind("*", head=TITLED + "<style>/*", tail="</style>*/"),
    "style comments, unclosed stars": Kind("/**", head=TITLED + "<style>", tail="*/</style>"),
    "style texts": Kind("'", head=TITLED + "<style>", tail="</style>"),
    "style texts open": Kind("'" + "a" * 199, head=TITLED + "<style>", tail="</style>"),
    "style texts, escapes": Kind("\\\\", head=TITLED + "<style>'", tail="</style>"),
    "style addresses": Kind("url(", head=TITLED + "<style>", tail="</style>"),
    "style addresses open": Kind("url(" + "a" * 96, head=TITLED + "<style>", tail="</style>"),
    "style display": Kind("display", head=TITLED + "<style>.a{", tail="}</style>"),
    "style spaces": Kind(" ", head=TITLED + "<style>.a{display", tail="}</style>"),
    "style spaces, often": Kind("display" + " " * 1000, head=TITLED + "<style>.a{", tail="}</style>"),
    "style zeros": Kind("0", head=TITLED + "<style>.a{font-size:", tail="}</style>"),
    "style elements": Kind("<style>.a{i}{display:none}</style>"),
    "style media": Kind("@media " + " " * 2000 + "x{}", head=TITLED + "<style>", tail="</style>"),
    "own style": Kind("display ", head=TITLED + "<p style='", tail="'>5,60 €"),
    "own styles, large": Kind("<p style='" + "display:" * 100 + "'>5,60 €"),
    "own style around all": Kind("<i>5,60 €</i>", head=TITLED + f"<div style='{'display :' * 20_000}'>"),
    "classes": Kind("a{i} ", head=TITLED + "<p class='", tail="'>5,60 €"),
    "classes of all": Kind("<p>5,60 €", head=TITLED + f"<div class='{'price-old ' * 20_000}'>"),
    "classes, hashed": Kind("a_", head=TITLED + "<p class='", tail="'>5,60 €"),
    "classes, hashed, letters": Kind("a", head=TITLED + "<p class='", tail="'>5,60 €"),
    "classes, hashed, digits": Kind("a1", head=TITLED + "<p class='", tail="'>5,60 €"),
    "classes, capitals": Kind("A", head=TITLED + "<p class='", tail="'>5,60 €"),
    "classes, hyphens": Kind("list-", head=TITLED + "<p class='", tail="'>5,60 €"),
    "classes, hiding": Kind("hidden ", head=TITLED + "<p class='", tail="'>5,60 €"),
    "classes, sold out": Kind("<p class=price__badge-sold-out>5,60 €"),
    "classes, raised": Kind("<i>5</i>", head=TITLED + f"<div class='{'a ' * 50_000}'>"),
    "classes, raised cents": Kind("5<!-- -->", head=TITLED + f"<div class='{'a ' * 50_000}'>"),
    "ids": Kind("<p id=a{i}>5,60 €"),
    "hidden names": Kind("<p class=hidden>5,60 €"),
    "hidden decoys": Kind("<i class=hidden>5</i>", head=TITLED + "9", tail="5 €"),
    "pieces of lines, marks": Kind("<p>5</p><p>.</p><p>60</p>"),
    "marks in lines": Kind("<p>.</p>60"),
    "marks in lines, blank": Kind("<p> </p>", head=TITLED + "<p>5<p>.", tail="<p>60"),
    "marks, then many cents": Kind("<i>.</i><p>60</p>"),
    # JSON-LD
    "ld offers": Kind(OFFER + ",", head=f"<h1>Lagar</h1>{LD}{PRODUCT}[", tail=OFFER + "]}</script>5,60 €"),
    "ld offers, empty": Kind("{},", head=f"<h1>Lagar</h1>{LD}{PRODUCT}[", tail=OFFER + "]}</script>5,60 €"),
    "ld offers nested": Kind('{"price":5.6,"offers":[', head=f"<h1>Lagar</h1>{LD}{PRODUCT}", tail="1", closing="]}"),
    "ld scripts": Kind(f"{LD}{PRODUCT}{OFFER}}}</script>", head="<h1>Lagar</h1>5,60 €"),
    "ld lists": Kind("[", head=f"<h1>Lagar</h1>{LD}", tail="</script>"),
    "ld lists closed": Kind("[", closing="]", head=f"<h1>Lagar</h1>{LD}", tail="</script>"),
    "ld lists, often": Kind("[" * 900 + "]" * 900, head=f"<h1>Lagar</h1>{LD}", tail="</script>"),
    "ld entities": Kind("&quot;", head=f"<h1>Lagar</h1>{LD}", tail="</script>"),
    "ld commas": Kind(",", head=f"<h1>Lagar</h1>{LD}", tail="x</script>"),
    "ld commas, spaced": Kind("," + " " * 2000, head=f"<h1>Lagar</h1>{LD}", tail="x</script>"),
    "ld spaces": Kind(" ", head=f"<h1>Lagar</h1>{LD},", tail="x</script>"),
    "ld comments": Kind("/* ", head=f"<h1>Lagar</h1>{LD}x", tail="</script>"),
    "ld comments of lines": Kind("//", head=f"<h1>Lagar</h1>{LD}x", tail="</script>"),
    "ld comments, spaces": Kind(" ", head=f"<h1>Lagar</h1>{LD}x//", tail="</script>"),
    "ld comments, spaces, often": Kind("//" + " " * 2000, head=f"<h1>Lagar</h1>{LD}x", tail="</script>"),
    "ld comments, blanks before": Kind("\n" + " " * 2000, head=f"<h1>Lagar</h1>{LD}x", tail="</script>"),
    "ld digits": Kind("9", head=f"<h1>Lagar</h1>{LD}[", tail="]</script>"),
    "ld floats": Kind("9", head=f"<h1>Lagar</h1>{LD}[0.", tail="]</script>"),
    "ld price, long": Kind("9", head=f'<h1>Lagar</h1>{LD}{PRODUCT}{{"price":"', tail='"}}</script>5,60 €'),
    "ld price, long, of marks": Kind("9.", head=f'<h1>Lagar</h1>{LD}{PRODUCT}{{"price":"', tail='"}}</script>5,60 €'),
    # cards of a list
    "cards": Kind("<div><a href=/p/{i}>Lagar {i}</a><p>5,60 €</div>", head=LIST),
    "cards, links to one": Kind("<div><a href=/p/1>Lagar</a><p>5,60 €</p></div>", head=LIST),
    "cards in a card": Kind("<p>5,60 €</p>", head=LIST + "<div><a href=/p/1>Lagar 1</a>"),
    "cards by names": Kind("<div>Lagar {i}<p>5,60 €</div>", head=LIST),
    "cards by one name": Kind("<div>Lagar 1<p>5,60 €</div>", head=LIST),
    "cards, nested": Kind("<div><a href=/p/1>Lagar</a>5,60 €", head=LIST),
    "cards, shared texts": Kind("<a href=/p/1>", head=LIST, closing="</a>"),
    "cards, links nested": Kind("<div><a href=/p/1>", head=LIST),
    "buttons": Kind("<button>x</button>", head=LIST),
    "buttons nested": Kind("<div role=button>x", head=LIST, tail="<a href=/p/1>a</a><a href=/p/2>b</a>"),
    # microdata
    "scopes": Kind(f"{SCOPE}<b itemprop=name>Lagar</b></div>", head="<h1>Lagar</h1>"),
    "scopes nested": Kind(SCOPE, head="<h1>Lagar</h1>"),
    "scopes nested, few, large": Kind("<b itemprop=price>5</b>", head="<h1>Lagar</h1>" + SCOPE * 500),
    "scopes, few, in depth": Kind("<b itemprop=name>", head=MICRO),
    "offers": Kind(f"{OFFERED}<b itemprop=price>5,60</b><b itemprop=priceCurrency content=EUR></b></div>", head=MICRO),
    "offers nested": Kind(OFFERED, head=MICRO),
    "offers nested, priced": Kind(f"{OFFERED}<b itemprop=price>5</b>", head=MICRO),
    "offers, orphans": Kind(f"{OFFERED}<b itemprop=price>5,60</b></div>", head="<h1>Lagar</h1>"),
    "offers, orphans nested": Kind("<div itemprop=offers itemtype='https://schema.org/Offer'>", head="<h1>Lagar</h1>"),
    "offers with states": Kind(f"{OFFERED}<b itemprop=price>5</b><b itemprop=itemCondition>new</b></div>", head=MICRO),
    "prices": Kind("<b itemprop=price>5,60</b>", head=MICRO + OFFERED),
    "prices nested": Kind("<b itemprop=price>5", head=MICRO + OFFERED),
    "prices nested, closed": Kind("<b itemprop=price>5", head=MICRO + OFFERED, closing="</b>"),
    "prices nested div": Kind("<div itemprop=price>5", head=MICRO + OFFERED, closing="</div>"),
    "prices, few, in depth": Kind("<i>x", head=MICRO + OFFERED + "<b itemprop=price>5</b><b itemprop=price>6</b>"),
    "names nested": Kind("<div itemprop=name>x", head="<h1>Lagar</h1>" + SCOPE, closing="</div>"),
    "ratings nested": Kind("<div itemprop=ratingValue>5", head=MICRO, closing="</div>"),
    "ratings": Kind("<b itemprop=ratingValue>5</b>", head=MICRO),
    "availabilities nested": Kind("<div itemprop=availability>x", head=MICRO + OFFERED, closing="</div>"),
    "gtins nested": Kind("<div itemprop=gtin13>84", head=MICRO + OFFERED, closing="</div>"),
    "currencies nested": Kind("<div itemprop=priceCurrency>x", head=MICRO + OFFERED, closing="</div>"),
    "specifications": Kind("<div itemprop=priceSpecification itemscope></div>", head=MICRO + OFFERED),
    "specifications nested": Kind("<div itemprop=priceSpecification itemscope>", head=MICRO + OFFERED),
    "itemrefs": Kind("<b itemref=a{i} id=a{i}></b>", head=MICRO),
    # meta, forms, data
    "meta": Kind("<meta property='product:price:amount' content='5,60'>", head="<h1>Lagar</h1>"),
    "meta names": Kind("<meta name='a{i}' content='5,60'>", head="<h1>Lagar</h1>"),
    "meta charset": Kind("<meta charset=", head="<h1>Lagar</h1>"),
    "canonicals": Kind("<link rel=canonical href='x'>", url=""),
    "forms": Kind("<form action='/x'><input type=hidden name=a value=1></form>", head=DRAWN),
    "inputs": Kind("<input type=hidden name=price value=5.60>", head=DRAWN),
    "data prices": Kind("<b data-price=5.60></b>", head=DRAWN),
    "script prices": Kind("price:5.60,", head=DRAWN + "5,60 €<script>", tail="</script>"),
    "script prices, braces": Kind("{", head=DRAWN + "5,60 €<script>" + "{price:5.60" * 300, tail="</script>"),
    "script prices in braces": Kind("{price:5.60}", head=DRAWN + "5,60 €<script>", tail="</script>"),
    "script currencies": Kind("currency:'EUR',", head=DRAWN + "5,60 €<script>", tail="</script>"),
    "script currencies, long": Kind("currency" + "a" * 40, head=DRAWN + "5,60 €<script>", tail="</script>"),
    "script quotes": Kind("'", head=DRAWN + "5,60 €<script>" + "{price:5.60," * 100, tail="</script>"),
    "script gtins": Kind("'ean':'8437000000000',", head=DRAWN + "5,60 €<script>", tail="</script>"),
    "script spaces": Kind("price" + " " * 10, head=DRAWN + "5,60 €<script>", tail="</script>"),
    "script keys": Kind("selling_", head=DRAWN + "5,60 €<script>", tail="</script>"),
    "address long": Kind("<p>x", url=SHOP + "?" + "a=b&" * 50_000),
    # Amazon
    "a nested": Kind("<div>", head=BOOK, url=AMAZON, closing="</div>"),
    "a titles": Kind("<b id=productTitle></b>", head=FEATURED, url=AMAZON),
    "a titles nested": Kind("<div id=productTitle>", head=FEATURED, url=AMAZON, closing="</div>"),
    "a availability": Kind("<div id=availability><span></span></div>", head=BOOK, url=AMAZON),
    "a availability deep": Kind("<div id=availability><span>", head=BOOK, url=AMAZON, closing="</span></div>"),
    "a list prices": Kind("<span class=priceBlockStrikePriceString>9,60 </span>", head=BOOK, url=AMAZON),
    "a ratings": Kind("<span id=acrPopover><i class=a-icon-alt></i></span>", head=BOOK, url=AMAZON),
    "a ratings nested": Kind("<div id=acrPopover class=a-icon-alt>", head=BOOK, url=AMAZON, closing="</div>"),
    "a sellers nested": Kind("<div id=merchant-info>x" + "y" * 60, head=BOOK, url=AMAZON, closing="</div>"),
    "a sellers": Kind("<div id=merchant-info></div>", head=BOOK, url=AMAZON),
    "a details": Kind("<tr><td>EAN 8437000000000", head=BOOK + "<table id=prodDetails>", url=AMAZON),
    "a details nested": Kind("<ul><li>EAN", head=BOOK + "<div id=prodDetails>", url=AMAZON),
    "a details, many": Kind("<div id=prodDetails>", head=BOOK, url=AMAZON),
    "a coupons": Kind("<label id=couponText1>Aplicar cupón 5 %</label>", head=BOOK, url=AMAZON),
    "a other offers nested": Kind("<div class=mbc-offer-row>", head=BOOK, url=AMAZON),
    "a delivery": Kind("<b data-csa-c-content-id=DEXUnifiedCXPDM>entrega 5 €</b>", head=BOOK, url=AMAZON),
    "a subscriptions": Kind("<div id=snsx><b id=sns-base-price>5,60 €</b>", head=BOOK, url=AMAZON),
    "a rows": Kind("<div id=newAccordionRow_0></div>", head=BOOK + "<div id=buyBoxAccordion>", url=AMAZON),
    "a id, long": Kind("a", head=BOOK + "<div id='", tail=f"'>{FEATURED * 50}", url=AMAZON),
    "a id, long, around": Kind("a", head=ASIN + "<div id='", tail=f"'>{FEATURED * 400}", url=AMAZON),
    "a class, long, around": Kind("a ", head=ASIN + "<div class='", tail=f"'>{FEATURED * 400}", url=AMAZON),
    "a class, spaces, around": Kind(" ", head=ASIN + "<div class='", tail=f"'>{FEATURED * 50}", url=AMAZON),
    "a hidden options, many": Kind("<div class=twister-plus-buying-options-price-data>[", head=BOOK, url=AMAZON),
    "a unit price, doubles": Kind("5 ", head=BOOK + "<span class='pricePerUnit'>", tail="</span>", url=AMAZON),
    "a stock, spaces": Kind("5 ", head=BOOK + "<div id=availability><span>", tail="</span></div>", url=AMAZON),
    "a asins": Kind("<input id=ASIN value=B0SAMPLE01>", head=BOOK, url=AMAZON),
    "a results, empty": Kind("<div data-component-type=s-search-result></div>", head="", url=AMAZON),
    "a results nested": Kind("<div data-component-type=s-search-result data-asin=B0SAMPLE01>", head="", url=AMAZON),
    "a bestsellers nested": Kind("<a href=/dp/x>", head="<div id=gridItemRoot>" * 1000, url=AMAZON),
    "a table": Kind("<tr id=x><td>5 €", head=BOOK + "<table>", url=AMAZON),
}


def measured(kind: Kind, size: int, most: int) -> tuple[float, str]:
    """Seconds of processor of reading one page in a process of its own, and what became of it."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
        page = kind.page(size)
        used = time.process_time()
        resource.setrlimit(resource.RLIMIT_CPU, (int(used) + most, int(used) + most))
        outcome = read(page, url=kind.url)
        reason = f": {outcome.reason[:60]}" if isinstance(outcome, Unreadable) else ""
        said = f"{time.process_time() - used} {type(outcome).__name__}{reason}"
        os.write(sending, said.encode("utf-8", "replace"))
        os._exit(0)
    os.close(sending)
    _, status = os.waitpid(child, 0)
    with os.fdopen(receiving, encoding="utf-8", errors="replace") as answer:
        seconds, _, what = answer.read().partition(" ")
    return (float(seconds), what) if status == 0 else (float(most), f"ended, status {status}")


def measured_through_process(kind: Kind, size: int, seconds: float) -> tuple[float, str]:
    """Seconds of processor that a `ReadingProcess` spends on one page, what became of it, and megabytes."""
    with ProcessPoolExecutor(1, get_context("spawn")) as fresh:  # what its children took is then of this page alone
        return fresh.submit(_through_process, kind, size, seconds).result()


def _through_process(kind: Kind, size: int, seconds: float) -> tuple[float, str]:
    page = kind.page(size).encode()
    with closing(ReadingProcess(seconds)) as reader:
        reader.read(TITLED.encode(), url=SHOP, headers={})
        before = sum(psutil.Process().children()[0].cpu_times()[:2])
        outcome = reader.read(page, url=kind.url, headers={})
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    reason = f": {outcome.reason[:60]}" if isinstance(outcome, Unreadable) else ""
    said = f"{children.ru_maxrss / 1000:.0f} MB, {type(outcome).__name__}{reason}"
    return children.ru_utime + children.ru_stime - before, said


def main() -> None:
    """Read pages of all kinds and print what they cost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=float, nargs="+", default=[0.25, 0.5, 1.0], help="in millions of characters")
    parser.add_argument("--only", default="", help="kinds whose names hold these words")
    parser.add_argument("--most", type=int, default=20, help="seconds of processor after which a page is given up")
    parser.add_argument("--process", type=float, help="seconds of processor of a reading process")
    asked = parser.parse_args()
    measure = (
        partial(measured_through_process, seconds=asked.process)
        if asked.process
        else partial(measured, most=asked.most)
    )
    rows = []
    for name, kind in KINDS.items():
        if asked.only in name:
            each = [measure(kind, int(size * 1_000_000)) for size in asked.sizes]
            rows.append((max(seconds for seconds, _ in each), name, each))
    for _, name, each in sorted(rows, reverse=True):
        print(f"{name:<36}", *(f"{seconds:8.2f}" for seconds, _ in each), f"  {each[-1][1]}")


if __name__ == "__main__":
    main()
