"""The notebook of exploration runs from its first cell to its last, over the sample."""

import ast
import json
from pathlib import Path

import plotly.graph_objects as go
import polars as pl

from almazara.movies.exploring.explore import FIGURES

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "exploration.ipynb"


def shown(source, namespace):
    """Run a cell; what its last expression gives, as a notebook shows it."""
    body = ast.parse(source).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), NOTEBOOK.name, "exec"), namespace)
    return eval(compile(ast.Expression(last.value), NOTEBOOK.name, "eval"), namespace) if last else None


def test_the_notebook_shows_figures_and_tables_and_answers_a_question_of_its_own(sample_home, monkeypatch, capsys):
    monkeypatch.setenv("ALMAZARA_HOME", str(sample_home))
    cells = [cell for cell in json.loads(NOTEBOOK.read_bytes())["cells"] if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] for cell in cells)
    namespace = {}
    seen = [shown("".join(cell["source"]), namespace) for cell in cells]
    pictures = [one for one in seen if isinstance(one, go.Figure)]
    tables = [one for one in seen if isinstance(one, pl.DataFrame)]
    assert len(pictures) >= 7
    assert all(one.data for one in pictures)
    assert all(one.height for one in tables)
    assert set(", ".join(tables[0]["figuras"]).split(", ")) == set(FIGURES)
    assert tables[-1]["saga"].to_list() == [False, True]
    assert tables[-1]["películas"].sum() > 100
    assert "muestra inventada" in capsys.readouterr().out
