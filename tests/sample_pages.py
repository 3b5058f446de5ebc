"""The made sample pages: where each pretends to come from, and the price that it truly shows."""

from decimal import Decimal
from pathlib import Path

FOLDER = Path(__file__).parent / "prices" / "pages" / "samples"
ASIN = "B0SAMPLE01"

# Sample -> marketplace, for those that are not amazon.es.
_MARKETPLACES = {
    "amazon_2019_unit_price": "amazon.ca",
    "amazon_2019_superscript": "amazon.co.uk",
    "amazon_2019_range": "amazon.com",
    "amazon_2019_no_featured_offer": "amazon.com.au",
    "amazon_2019_out_of_stock": "amazon.fr",
    "amazon_2019_other_variant": "amazon.com.br",
    "amazon_kindle": "amazon.nl",
    "amazon_2022_core_price_table": "amazon.com.br",
    "amazon_2022_range": "amazon.com.br",
    "amazon_2022_books_header": "amazon.com.br",
    "amazon_2022_pix": "amazon.com.br",
    "amazon_2022_german_shop_in_english": "amazon.de",
    "amazon_2023_renewed_rows": "amazon.com",
    "amazon_2024_visitors_currency": "amazon.co.uk",
    "amazon_2025_no_buy_box": "amazon.com",
    "amazon_2026_arabic_marketplace": "amazon.sa",
    "amazon_2026_yen": "amazon.co.jp",
    "amazon_bestsellers": "amazon.de",
    "amazon_home": "amazon.com",
}
# Sample -> price, currency, list price, availability, rule.
OFFERS = {
    "amazon_2017_priceblock": ("9.95", "EUR", "12.00", "in_stock", "amazon:priceblock-ours"),
    "amazon_2019_lightning_deal": ("64.59", "EUR", "75.99", "in_stock", "amazon:priceblock-deal"),
    "amazon_2019_unit_price": ("16.16", "CAD", None, "limited", "amazon:priceblock-ours"),
    "amazon_2019_superscript": ("34.99", "GBP", None, "preorder", "amazon:priceblock-ours"),
    "amazon_2019_books_new_and_used": ("12.41", "EUR", "15.00", "in_stock", "amazon:books-new-section"),
    "amazon_kindle": ("21.24", "EUR", "32.03", "in_stock", "amazon:kindle-row"),
    "amazon_2022_core_price_table": ("1431.90", "BRL", "1479.90", "in_stock", "amazon:core-price-table"),
    "amazon_2022_books_header": ("19.90", "BRL", "59.90", "in_stock", "amazon:books-header"),
    "amazon_2022_pix": ("284.05", "BRL", None, "in_stock", "amazon:core-price-display"),
    "amazon_2022_german_shop_in_english": ("2.95", "EUR", None, "in_stock", "amazon:core-price-display"),
    "amazon_2023_renewed_rows": ("269.95", "USD", None, "in_stock", "amazon:core-price-table"),
    "amazon_2024_visitors_currency": ("312.45", "TWD", None, "in_stock", "amazon:core-price-display"),
    "amazon_2025_new_and_used_rows": ("52.41", "EUR", "66.11", "in_stock", "amazon:core-price-display"),
    "amazon_2025_subscription_row": ("40.00", "EUR", None, "in_stock", "amazon:core-price-display"),
    "amazon_2026_arabic_marketplace": ("1279.00", "SAR", "1699.00", "in_stock", "amazon:core-price-display"),
    "amazon_2026_other_prices": ("40.00", "EUR", "45.00", "in_stock", "amazon:core-price-display"),
    "amazon_2026_yen": ("1980", "JPY", None, "in_stock", "amazon:core-price-display"),
    "shop_json_ld_graph": ("39.95", "EUR", None, "in_stock", "structured:json-ld"),
    "shop_other_prices": ("9.50", "EUR", "11.00", "in_stock", "structured:json-ld"),
    "shop_json_ld_broken": ("1299.00", "EUR", None, "in_stock", "structured:json-ld"),
    "shop_json_ld_variants_one_price": ("27.45", "EUR", None, "in_stock", "structured:json-ld"),
    "shop_json_ld_used_and_new": ("16.09", "EUR", None, "unknown", "structured:json-ld"),
    "shop_json_ld_list_price_stated": (
        "120.00", "USD", "150.00", "unknown", "structured:json-ld+meta:stated-list-price"
    ),
    "shop_json_ld_list_price_struck": (
        "1599.00", "TRY", "1999.00", "unknown", "structured:json-ld:struck-list-price"
    ),
    "shop_microdata_with_related": ("52.03", "EUR", None, "in_stock", "structured:microdata"),
    "shop_microdata_currency_only_visible": ("4.99", "EUR", None, "unknown", "structured:microdata"),
    "shop_open_graph_only": ("329.99", "USD", None, "in_stock", "structured:meta"),
    "shop_dinars": ("579", "TND", "729.000", "unknown", "structured:meta"),
}  # fmt: skip
# Sample -> its other prices, and the number of the goods.
NAMED = {
    "amazon_2026_other_prices": (
        [
            ("coupon", "38.00", "Aplicar cupón de 5 %"),
            ("club", "37.00", "Únete a Prime para comprar este producto por 37,00 €"),
            ("subscription", "39.00", "Suscríbete y ahorra"),
            ("delivered", "44.99", "Entrega por 4,99 €, Enviar a Madrid 28001"),
            ("seller", "41.50", "Molino Alto"),
            ("seller", "42.00", "Olivar Sur"),
        ],
        "8410179100012",
    ),
    "amazon_2025_subscription_row": ([("subscription", "38.00", "")], None),
    "shop_other_prices": (
        [
            ("coupon", "8.75", "Con el cupón ACEITE10"),
            ("club", "9.00", "Precio con tarjeta Club Oro"),
            ("basket", "8.90", "desde 6 uds"),
            ("delivered", "13.49", "shipping 3.99 EUR to ES"),
        ],
        "8410179100012",
    ),
}
UNAVAILABLE = (
    "amazon_2019_used_only",
    "amazon_2019_no_featured_offer",
    "amazon_2019_out_of_stock",
    "shop_json_ld_used_only",
    "shop_out_of_stock",
)
# Sample -> what its outcome says is missing.
UNREADABLE = {
    "amazon_2019_range": "variant",
    "amazon_2022_range": "variant",
    "amazon_2019_other_variant": "asin",
    "amazon_2022_contradiction": "price",
    "amazon_2025_no_buy_box": "price",
    "amazon_2025_other_product_in_block": "price",
    "amazon_search_empty_shell": "results",
    "amazon_home": "product",
    "shop_json_ld_range": "price",
    "shop_json_ld_lowest_only": "price",
    "shop_json_ld_price_is_struck": "price",
    "shop_json_ld_without_tax": "price",
    "shop_json_ld_several_products": "product",
    "shop_json_ld_other_product": "product",
    "shop_json_ld_price_zero": "price",
    "shop_sources_contradict": "price",
    "shop_microdata_no_currency": "currency",
    "shop_microdata_variants": "price",
    "shop_without_markup": "offer",
}
BLOCKED = {
    "blocked_image_captcha": "captcha",
    "blocked_continue_shopping_2025": "continue_shopping",
    "blocked_continue_shopping_2026": "continue_shopping",
    "blocked_waf": "challenge",
    "blocked_dogs": "error_page",
    "blocked_503_es": "error_page",
}
LISTINGS = ("amazon_search", "amazon_bestsellers")
# Refused only because two places contradict each other: without one of them the other stands.
CONTRADICTIONS = ("amazon_2022_contradiction", "shop_json_ld_without_tax", "shop_sources_contradict")


def html_of(name: str) -> str:
    return (FOLDER / f"{name}.html").read_text(encoding="utf-8")


def url_of(name: str) -> str:
    if name.startswith("shop"):
        return "https://www.shop.example/item"
    host = _MARKETPLACES.get(name, "amazon.es")
    path = "" if name in {*LISTINGS, "amazon_search_empty_shell", "amazon_home"} else f"dp/{ASIN}"
    return f"https://www.{host}/{path}"


def true_price(name: str) -> tuple[Decimal, str] | None:
    return (Decimal(OFFERS[name][0]), OFFERS[name][1]) if name in OFFERS else None
