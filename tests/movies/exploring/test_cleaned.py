"""What the cleaning report says, and the rows in quarantine as text."""

import polars as pl

from almazara.movies.cleaning import schema as s
from almazara.movies.exploring.explore import explore_one
from almazara.movies.similar.attributes import Filters
from made_films import Film, explored_films

REPORT = {
    "files": {
        "films.csv": {
            "read": 50,
            "kept": 40,
            "merged": {"repeated_id": 3},
            "dropped": {"no_release_date": 5, "quarantined:shifted": 1, "quarantined:unreadable": 1},
        },
        "ratings.csv": {"read": 9, "kept": 8, "merged": {}, "dropped": {"unreadable": 1}},
    },
    "cells": {"films.csv genres unreadable": 2},
}
ROWS = [("films.csv", 7, "shifted", "<script>alert(1)</script>"), ("films.csv", 9, "cell genres: odd", "{0}")]


def figure(key, rows=ROWS, filters=None):
    quarantine = pl.DataFrame(rows, schema=s.SCHEMAS[s.QUARANTINE], orient="row")
    films = explored_films([Film()], REPORT, quarantine=quarantine)
    return explore_one(films, key, filters or Filters())


def test_every_row_of_every_file_is_accounted_for():
    found = figure("limpieza")
    assert [row[::3] for row in found.table.rows if row[0] == "ratings.csv"] == [("ratings.csv", 8), ("ratings.csv", 1)]
    assert sum(row[3] for row in found.table.rows if row[0] == "films.csv") == 50
    assert found.sentence.text() == (
        "De 50 filas de películas quedan 40: 3 se unen a otra que repiten y 7 se descartan."
    )
    cells = found.chart.marks[0]
    assert cells.columns == ["se queda", "id repetido", "sin fecha", "columnas desplazadas", "ilegible"]
    assert cells.values == [[40, 3, 5, 1, 1], [8, None, None, None, 1]]


def test_quarantined_rows_are_shown_as_they_stood():
    found = figure("filas-apartadas")
    assert found.table.rows == [
        ("films.csv", "7", "columnas desplazadas", "<script>alert(1)</script>"),
        ("films.csv", "9", "cell genres: odd", "{0}"),
    ]
    assert found.sentence.text().startswith("4 filas o celdas se apartaron")
    assert found.sentence.text().endswith(" Se muestran las primeras 2.")
    assert (found.chart.marks[0].xs, found.chart.marks[0].ys) == (["columnas desplazadas", "cell genres: odd"], [1, 1])


def test_filters_do_not_matter_to_what_was_read():
    assert figure("limpieza", filters=Filters(year_min=2090)) == figure("limpieza")


def test_where_nothing_was_put_aside_that_is_said():
    assert (
        figure("filas-apartadas", rows=[]).sentence.text() == "Ninguna fila se apartó: todas se leyeron con seguridad."
    )
