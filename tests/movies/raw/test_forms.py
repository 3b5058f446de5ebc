from datetime import date

import polars as pl
import pytest

from almazara.movies.raw import forms


def column(*cells):
    return pl.Series("cell", cells, dtype=pl.String)


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["5", "6.5", "1e6", "-2", None], [5, 6.5, 1e6, -2, None]),
        (["$1,500,000", "250,000", "US$ 7", "9 USD"], [1_500_000, 250_000, 7, 9]),
        (["1 500 000", "250\u00a0000"], [1_500_000, 250_000]),
        (["1.500.000", "250.000", "40"], [1_500_000, 250_000, 40]),
        (["1.234", "934"], [1234, 934]),
        (["1.5", "934"], [1.5, 934]),
        (["€ 500", "500 £", "12 millions", "$5"], [None, None, None, 5]),
    ],
)
def test_a_column_of_whole_numbers_is_read_in_the_form_that_it_is_written_in(cells, values):
    assert forms.numbers(column(*cells), whole=True).to_list() == values


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["6,5", "7,25", "8"], [6.5, 7.25, 8]),
        (["6,125", "21,5"], [6.125, 21.5]),
        (["6,125", "21,946"], [None, None]),
        (["6.5", "7,5"], [6.5, None]),
        (["inf", "nothing", "6.5"], [None, None, 6.5]),
    ],
)
def test_a_decimal_comma_is_one_only_where_it_cannot_part_thousands(cells, values):
    assert forms.numbers(column(*cells)).to_list() == values


def test_minutes_are_read_from_hours_and_minutes_too():
    cells = column("95", "95 min", "1h 35m", "2 h", "1 hour", "long", None)
    assert forms.minutes(cells).to_list() == [95, 95, 95, 120, 60, None, None]


def test_a_day_may_stand_as_its_midnight_and_as_no_other_hour():
    cells = column("1990-01-10", "1990-01-10 00:00:00", "1990-01-10T00:00:00.000Z", "1990-01-10 22:00:00", "1/10/90")
    assert forms.days(cells).to_list() == [date(1990, 1, 10)] * 3 + [None, None]


def test_moments_are_read_in_seconds_in_finer_units_and_in_iso():
    second = 1_112_486_027
    cells = [
        *(str(second * unit) for unit in (1, 10**3, 10**6, 10**9)),
        f"{second}.0",
        "2005-04-02 23:53:47",
        "2005-04-02T23:53:47.250Z",
        "2005-04-03T01:53:47+02:00",
        "2005-04-02T18:23:47-0530",
    ]
    assert forms.seconds(column(*cells)).to_list() == [second] * len(cells)
    assert forms.seconds(column("5", "2005-04-02")).to_list() == [5, 1_112_400_000]
    assert forms.seconds(column("-1", "99999999999999", "yesterday", "2005-04-31", None)).to_list() == [None] * 5


def test_an_imdb_number_is_found_with_and_without_what_stands_around_it():
    cells = ["tt0114709", "114709", "0114709", "114709.0", "TT114709", "https://www.imdb.com/title/tt0114709/"]
    found = column(*cells, "0", "tt", "nm0114709", "").to_frame().select(forms.imdb_number("cell"))
    assert found.to_series().to_list() == [114709] * len(cells) + [None] * 4
