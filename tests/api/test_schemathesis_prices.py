"""The price routes held against their own description by Schemathesis: every check, with a key, over a small store."""


import pytest

pytestmark = pytest.mark.server

KEY = "a-key-for-schemathesis"
# What no schema can say: a cursor is one that was given out and an end comes after its start; a product is an address
# of a shop, or an ASIN with a marketplace; a product with too little history is answered with 422; an amount is above
# zero also where it is written as a text; and a basket's things and deliveries have a form of their own.
BEYOND_A_SCHEMA = {
    "GET /data",
    "GET /forecasts/issued",
    "GET /productos",
    "GET /overview",
    "GET /goods",
    "POST /productos",
    "GET /predict",
    "POST /alerts/rules",
    "GET /basket",
}
