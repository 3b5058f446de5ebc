"""Notebooks as they run: the cells with code, and what the last expression of each gives."""

import ast
import json
from pathlib import Path

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def code_cells(name):
    """The cells of a notebook that run; none keeps what it gave once."""
    cells = json.loads((NOTEBOOKS / f"{name}.ipynb").read_bytes())["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)
    return [("".join(cell["source"]), "parameters" in cell["metadata"].get("tags", [])) for cell in code]


def run_through(name, **parameters):
    """Run all cells of a notebook, with parameters of ours; its names at the end."""
    namespace = {}
    for source, has_parameters in code_cells(name):
        shown(source, namespace)
        if has_parameters:
            assert parameters.keys() <= namespace.keys()
            namespace |= parameters
    return namespace


def shown(source, namespace):
    """Run a cell; what its last expression gives, as a notebook shows it."""
    body = ast.parse(source).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "notebook", "exec"), namespace)
    return eval(compile(ast.Expression(last.value), "notebook", "eval"), namespace) if last else None
