"""`almazara flows` where Prefect is not installed."""

import sys

import pytest


@pytest.mark.parametrize("command", [("serve",), ("run", "films"), ("run", "prices")])
def test_without_prefect_the_commands_say_how_to_have_it(run, monkeypatch, command):
    monkeypatch.setitem(sys.modules, "prefect", None)
    monkeypatch.delitem(sys.modules, "almazara.flows.prefect_flows", raising=False)
    for name in ("PREFECT_SERVER_ANALYTICS_ENABLED", "DO_NOT_TRACK", "PREFECT_SERVER_EPHEMERAL_ENABLED"):
        monkeypatch.setenv(name, "")  # what the command sets goes at the end
    code, _, said = run("flows", *command)
    assert code == 1
    assert "almazara: Running flows with Prefect needs an optional part: pip install '.[prefect]'" in said
