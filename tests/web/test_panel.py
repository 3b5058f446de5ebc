"""What Dash's part of the exploration answers to bodies and addresses that no page of ours sends."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from problems import is_problem
from waiting import wait_for

pytestmark = pytest.mark.server

HTML = {"Accept": "text/html"}
ALL = "all.children"
ONE = '{"figure":["MATCH"],"is":"live"}.children'
URL = [{"id": "url", "property": name, "value": "/explorar"} for name in ("pathname", "search")]
OF_ALL = {"output": ALL, "outputs": {"id": "all", "property": "children"}, "inputs": URL}
OF_ONE = {
    "output": ONE,
    "outputs": {"id": {"figure": "x", "is": "live"}, "property": "children"},
    "inputs": [{"id": {"figure": "x", "is": "near"}, "property": "n_clicks", "value": 1}],
    "state": URL,
}
MAP = "dash/dash-renderer/build/dash_renderer.min.js.map"  # Dash names it, and does not bring it
TEXTS = st.sampled_from(["", ".", "..", "all", "url", "{", "{}.", "\ud800", "figure", ALL, ONE]) | st.text(max_size=3)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
PROPERTY = {"id": TEXTS | st.dictionaries(TEXTS, PLAIN, max_size=2), "property": TEXTS}
NESTED = st.recursive(
    PLAIN | st.fixed_dictionaries(PROPERTY) | st.sampled_from([*URL, OF_ALL["outputs"], OF_ONE["outputs"], URL]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
CHANGES = st.dictionaries(st.sampled_from(["output", "outputs", "inputs", "state", "changedPropIds"]), NESTED)
NEAR = st.builds(dict.__or__, st.sampled_from([OF_ALL, OF_ONE]), CHANGES)
BODIES = (NEAR | NESTED).map(json.dumps).map(str.encode) | st.binary(max_size=20)


@pytest.fixture(scope="module")
def panel(demo_site):
    """Asks the panel for what stands below its own path."""
    wait_for(lambda: "react-entry-point" in demo_site.get("/explorar", headers=HTML).text)
    return lambda method, path, content=None: demo_site.request(
        method, f"/explorar/panel/{path}", content=content, headers={"Content-Type": "application/json"}
    )


@pytest.mark.parametrize("asked", [OF_ALL, OF_ONE])
def test_what_the_scripts_of_a_page_ask_is_answered(panel, asked):
    answer = panel("POST", "_dash-update-component", json.dumps(asked))
    assert answer.status_code == 200
    assert list(answer.json()["response"])


@given(BODIES)
def test_a_body_that_no_page_sends_is_refused_and_never_an_error_of_ours(panel, body):
    answer = panel("POST", "_dash-update-component", body)
    if answer.status_code != 200:
        is_problem(answer, 422)


@pytest.mark.parametrize(
    "body",
    [
        {**OF_ALL, "output": "nothing.children"},
        {**OF_ALL, "output": []},
        {**OF_ALL, "outputs": {"id": "other", "property": "children"}},
        {**OF_ALL, "inputs": [1]},
        {**OF_ALL, "inputs": URL[:1]},
        {**OF_ALL, "state": {}},
        {**OF_ALL, "changedPropIds": [{}]},
        {**OF_ONE, "inputs": []},
    ],
)
def test_a_question_that_is_not_whole_is_unprocessable(panel, body):
    is_problem(panel("POST", "_dash-update-component", json.dumps(body)), 422)


def test_a_body_that_is_nested_without_end_is_unprocessable(panel):
    is_problem(panel("POST", "_dash-update-component", b"[" * 60_000), 422)


@pytest.mark.parametrize("path", ["dash/nope.js", "os/path.js", MAP])
def test_a_script_that_there_is_not_is_not_found_and_not_logged_as_an_error(panel, path, caplog):
    caplog.set_level("DEBUG", logger="almazara")
    is_problem(panel("GET", f"_dash-component-suites/{path}"), 404)
    assert [record for record in caplog.records if "panel_error" in str(record.msg)] == []
