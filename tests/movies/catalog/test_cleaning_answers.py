"""What is told of cleaning: the whole report in words, and quarantined rows by pages, cut but never broken."""

import json
import re
from pathlib import Path

import polars as pl
import pytest

import almazara.movies.cleaning
import almazara.movies.raw
from almazara import artifacts
from almazara.movies.catalog.build_quarantine import SHOWN_OF_A_KIND, build_quarantine
from almazara.movies.catalog.catalog import Texts
from almazara.movies.catalog.cleaning_answers import CleaningAnswers, Refusal
from almazara.movies.cleaning import schema as s
from almazara.words.numbers import Language
from almazara.words.said import said
from sample_catalog import settings_for

REPORT = {
    "files": {
        "films.csv": {
            "sha256": "ab",
            "read": 12,
            "kept": 7,
            "merged": {"repeated_row": 2},
            "dropped": {"no_title": 1, "quarantined:shifted": 2},
        },
        "films.csv.gz": {"sha256": "cd", "read": 0, "kept": 0, "merged": {}, "dropped": {}},
    },
    "cells": {"films.csv genres unreadable": 3},
    "entries": {"films.csv keywords unnamed": 4},
    "notes": ["films.csv has no column x."],
}
MANIFEST = {"version": "v1", "built_at": "2026-03-01T12:00:00+00:00", "sample": True}


def told(rows=(), report=REPORT):
    """Answers over a report and these quarantined rows: file, row, reason, content."""
    table = pl.DataFrame(rows, schema=s.SCHEMAS[s.QUARANTINE], orient="row")
    groups = build_quarantine(table)
    names = (Texts(groups[name]) for name in ("quarantine_files", "quarantine_reasons"))
    return CleaningAnswers({**MANIFEST, "report": report}, groups["quarantine"], *names)


def test_every_row_of_every_file_is_accounted_for_with_its_reason_in_words():
    answer = told().report()
    films, empty = answer.ficheros
    assert (films.leidas, films.conservadas, empty.leidas) == (12, 7, 0)
    fates = [(one.motivo, one.descripcion, one.cantidad, one.en_cuarentena) for one in films.descartadas]
    assert fates == [
        ("no_title", "sin título", 1, False),
        ("shifted", "campos que no son de su columna", 2, True),
    ]
    assert [(one.motivo, one.cantidad) for one in films.fundidas] == [("repeated_row", 2)]
    (cell,), (entry,) = films.celdas, films.entradas
    assert (cell.columna, cell.motivo, cell.cantidad, cell.en_cuarentena) == ("genres", "unreadable", 3, True)
    assert (entry.columna, entry.motivo, entry.cantidad, entry.en_cuarentena) == ("keywords", "unnamed", 4, False)
    assert (empty.celdas, empty.entradas) == ([], [])
    assert (answer.version, answer.muestra, answer.notas) == ("v1", True, REPORT["notes"])


def test_the_report_is_told_in_either_language():
    assert told().report().mensaje == (
        "Se leyeron 12 filas de 2 ficheros: 7 se conservaron, 2 se fundieron con otra y 3 se descartaron."
    )
    english = told().report(Language.EN)
    assert english.mensaje.startswith("12 rows of 2 files were read: 7 were kept, ")
    assert english.ficheros[0].descartadas[0].descripcion == "no title"


ROWS = [
    ("b.csv", 9, "shifted", '{"id": "1"}'),
    ("a.csv", 2, "cell genres: unreadable", '{"id": "2", "genres": "[{"}'),
    ("b.csv", 1, "invalid_id", '{"id": null}'),
]


def test_quarantined_rows_come_in_order_of_file_and_row_with_what_they_hold():
    rows = told(ROWS).quarantine().filas
    assert [(row.fichero, row.fila, row.columna, row.motivo) for row in rows] == [
        ("a.csv", 2, "genres", "unreadable"),
        ("b.csv", 1, None, "invalid_id"),
        ("b.csv", 9, None, "shifted"),
    ]
    assert [row.contenido for row in rows] == [{"id": "2", "genres": "[{"}, {"id": ""}, {"id": "1"}]
    assert [row.descripcion for row in rows][1] == "id que no es un número"


@pytest.mark.parametrize(
    ("asked", "found", "message"),
    [
        ({}, [2, 1, 9], "3 filas en cuarentena; de la 1 a la 3."),
        ({"file": "b.csv"}, [1, 9], "2 filas en cuarentena; de la 1 a la 2."),
        ({"reason": Refusal.SHIFTED}, [9], "1 fila en cuarentena; de la 1 a la 1."),
        ({"file": "a.csv", "reason": Refusal.UNREADABLE}, [2], "1 fila en cuarentena; de la 1 a la 1."),
        ({"file": "a.csv", "reason": Refusal.SHIFTED}, [], "No hay filas así en cuarentena."),
        ({"file": "c.csv"}, [], "No hay filas así en cuarentena."),
        ({"start": 1, "n": 1}, [1], "3 filas en cuarentena; de la 2 a la 2."),
        ({"start": 10**30}, [], "No hay filas así en cuarentena."),
    ],
)
def test_pages_hold_the_rows_of_a_file_and_reason(asked, found, message):
    answer = told(ROWS).quarantine(**asked)
    assert ([row.fila for row in answer.filas], answer.mensaje) == (found, message)


def test_without_quarantined_rows_that_is_said():
    assert told().quarantine(language=Language.EN).mensaje == "There are no such rows in quarantine."


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"}\n{"', "\u2028\x00", "x" * 10_000, "🫒" * 300, "{{7*7}}"]
)
def test_a_hostile_row_is_text_and_cut_where_it_is_long(hostile):
    (row,) = told([("a.csv", 1, "shifted", json.dumps({"title": hostile, "id": "1"}))]).quarantine().filas
    assert row.contenido == {"title": hostile[:200], "id": "1"}
    assert row.recortada is (len(hostile) > 200)


def test_a_row_of_very_many_fields_is_cut():
    wide = {f"column_{place}": "x" for place in range(5_000)}
    (row,) = told([("a.csv", 1, "too_many_fields", json.dumps(wide))]).quarantine().filas
    assert (len(row.contenido), row.recortada) == (60, True)


def test_of_a_reason_that_meets_very_many_rows_the_first_ones_are_served():
    rows = [("a.csv", row, "invalid_rating", "{}") for row in range(1, SHOWN_OF_A_KIND + 50)]
    found = told([*rows, ("a.csv", 1, "shifted", "{}")])
    assert found.quarantine(reason=Refusal.INVALID_RATING, start=SHOWN_OF_A_KIND - 1).filas[0].fila == SHOWN_OF_A_KIND
    assert found.quarantine().cantidad == SHOWN_OF_A_KIND + 1


def test_the_sample_is_told_as_its_tables_have_it(sample_home, sample_films):
    artifact = artifacts.open_artifacts(settings_for(sample_home)).current("movies")
    table = pl.read_parquet(artifact.path / "quarantine.parquet")
    rows = sample_films.cleaning.quarantine(n=1000).filas
    assert sorted((row.fichero, row.fila) for row in rows) == sorted(table.select("file", "row").iter_rows())
    for file in sample_films.cleaning.report().ficheros:
        fates = [*file.fundidas, *file.descartadas]
        assert file.leidas == file.conservadas + sum(fate.cantidad for fate in fates)
        quarantined = [fate for fate in [*file.descartadas, *file.celdas] if fate.en_cuarentena]
        assert sum(fate.cantidad for fate in quarantined) == sum(row.fichero == file.fichero for row in rows)


REASONS = [
    *("blank", "no_release_date", "invalid_release_date", "no_title", "no_such_film", "unreadable"),
    *("repeated_row", "repeated_id", "repeated_rating", "unnamed", "repeated"),
]


@pytest.mark.parametrize("reason", [*REASONS, *Refusal])
def test_a_reason_has_words_in_both_languages(reason):
    code = f"films.cleaning.{reason}"
    assert said(code).text() != said(code).text(Language.EN)


def test_every_reason_that_puts_a_row_into_quarantine_can_be_asked_for():
    folders = [Path(package.__file__).parent for package in (almazara.movies.cleaning, almazara.movies.raw)]
    source = "\n".join(path.read_text(encoding="utf-8") for folder in folders for path in folder.glob("*.py"))
    assert set(re.findall(r'"quarantined:([a-z_]+)"', source)) <= {reason.value for reason in Refusal}


def test_a_reason_of_another_version_of_almazara_is_told_by_its_code():
    files = {"films.csv": {**REPORT["files"]["films.csv"], "dropped": {"quarantined:melted": 1}}}
    (file,) = told(report={**REPORT, "files": files}).report().ficheros
    assert [(one.motivo, one.descripcion) for one in file.descartadas] == [("melted", "melted")]
