"""Making forecasts anew in a child process: one at a time, and nobody waits for one that is gone."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from almazara import asgi
from almazara.errors import ConflictError, InputError
from almazara.prices.collecting import runs
from almazara.prices.forecasting.models import registry
from almazara.prices.schema import Run, RunState
from almazara.runs import in_turn
from price_shop import NOW, observed, opened, product, retrain, settings_over
from sample_catalog import served
from waiting import no_progress, wait_for

pytestmark = pytest.mark.server


@pytest.fixture
def home(tmp_path):
    """The home folder that child processes find in the environment, with one product's history."""
    folder = tmp_path / "home"
    with opened(settings_over(folder)) as prices:
        prices.store.save_listing(product())
        prices.store.append([observed("shop.example:1", day, f"{30 + day % 7}.95") for day in range(20)])
    return folder


@pytest.fixture
def light(monkeypatch):
    """Only the models of the base install, which are quick."""
    monkeypatch.setattr(registry, "DEFAULTS", ("last_value", "seasonal_naive"))


def state(prices, run_id):
    return runs.find(prices.store, run_id, runs.RETRAIN).state


def test_a_child_process_makes_forecasts_that_the_server_takes_up(home, light_children):
    app = asgi.app_over(settings_over(home, reload_seconds=0.1))
    retraining = app.state.prices.retraining
    with served(app) as api:
        assert api.get("/predict?product=shop.example:1").status_code == 404
        accepted = api.post("/retrain")
        assert (accepted.status_code, accepted.json()["state"], accepted.json()["kind"]) == (202, "running", "retrain")
        assert api.post("/retrain").status_code == 409  # at once, while the child is still being loaded
        with pytest.raises(ConflictError), retraining.exclusive():
            pass
        location = accepted.headers["location"]
        wait_for(lambda: api.get(location).json()["state"] != "running")
        ended = api.get(location).json()
        assert (ended["state"], ended["counts"]) == ("done", {"forecast": 1, "refused": 0})
        wait_for(lambda: api.get("/predict?product=shop.example:1&horizon=14").status_code == 200)
        wait_for(lambda: not retraining._children)
        with retraining.exclusive():
            pass


def test_a_child_that_is_killed_leaves_a_failed_run_and_a_free_lock(home):
    with opened(settings_over(home), serving=True) as prices:
        begun = prices.retraining.start()
        child = prices.retraining._children[begun.run_id]
        os.kill(child.pid, signal.SIGKILL)
        wait_for(lambda: state(prices, begun.run_id) is RunState.FAILED)
        assert "want of memory" in runs.find(prices.store, begun.run_id, runs.RETRAIN).problems[0].reason
        with prices.retraining.exclusive():
            pass


def test_a_server_that_ends_interrupts_its_retraining_and_begins_it_anew_at_the_next_start(home):
    with opened(settings_over(home), serving=True) as prices:
        begun = prices.retraining.start()
    with opened(settings_over(home), serving=True) as prices:
        assert state(prices, begun.run_id) is RunState.INTERRUPTED
        again = prices.retraining.resume()
        assert again.run_id != begun.run_id
        assert again.state is RunState.RUNNING


def test_a_run_whose_server_was_killed_is_marked_as_interrupted(home):
    dead = Run("20260301T120000-aaaaaa", runs.RETRAIN, "*", RunState.RUNNING, NOW)
    with opened(settings_over(home), serving=True) as prices:
        prices.store.save_run(dead)
        assert prices.retraining.resume() is not None
        assert state(prices, dead.run_id) is RunState.INTERRUPTED


def test_a_run_that_was_killed_is_marked_as_interrupted_by_the_next_one(home):
    dead = Run("20260301T120000-aaaaaa", runs.RETRAIN, "*", RunState.RUNNING, NOW)
    with opened(settings_over(home)) as prices:
        prices.store.save_run(dead)
        with prices.retraining.running(None, None) as run:
            kept = {one.run_id: one.state for one in prices.store.runs(kind=runs.RETRAIN)}
            assert kept == {dead.run_id: RunState.INTERRUPTED, run.run_id: RunState.RUNNING}


def test_what_was_cut_off_is_begun_anew_once_also_when_the_clock_was_set_back_since(home):
    ahead = datetime.now(UTC) + timedelta(days=1)
    with opened(settings_over(home)) as prices:
        cut_off = Run("20260301T120000-aaaaaa", runs.RETRAIN, "*", RunState.INTERRUPTED, ahead)
        prices.store.save_run(cut_off)
        with prices.retraining.running(None, None) as run:
            prices.retraining.done(run, {}, "")
        assert prices.retraining.resume() is None


def test_a_retraining_waits_for_another_training_on_the_same_machine(home, light):
    settings, stages = settings_over(home), []
    other = in_turn(settings.home_path, no_progress)

    def progress(stage, *_):
        stages.append(stage)
        other.close()

    with opened(settings) as prices:
        retrain(settings, prices, progress)
    assert stages[0] == "Waiting for the other training"


def test_after_a_retraining_that_ended_there_is_nothing_to_resume(home, light):
    settings = settings_over(home)
    with opened(settings) as prices:
        retrain(settings, prices, no_progress)
        assert prices.retraining.resume() is None


def test_what_another_process_makes_is_left_alone(home):
    with opened(settings_over(home)) as prices, opened(settings_over(home)) as other, other.retraining.exclusive():
        prices.store.save_run(Run("20260301T120000-aaaaaa", runs.RETRAIN, "*", RunState.RUNNING, NOW))
        assert prices.retraining.resume() is None
        assert state(prices, "20260301T120000-aaaaaa") is RunState.RUNNING


def test_an_error_while_forecasting_fails_the_run_with_its_sentence(home, monkeypatch):
    settings = settings_over(home)
    monkeypatch.setattr(registry, "DEFAULTS", ("no_such_model",))
    with opened(settings) as prices:
        with pytest.raises(Exception, match="no_such_model"):
            retrain(settings, prices, no_progress)
        failed = prices.store.runs(kind=runs.RETRAIN)[0]
    assert failed.state is RunState.FAILED
    assert "no_such_model" in failed.problems[0].reason


def test_a_descriptor_that_is_not_the_lock_is_refused(home):
    with opened(settings_over(home)) as prices:
        for descriptor in (0, 987):
            with pytest.raises(InputError), prices.retraining.running(None, descriptor):
                pass


def test_the_server_imports_no_forecasting_library(home):
    code = (
        "import sys; from almazara.settings import Settings; from almazara.app.prices import open_prices;"
        "from almazara import asgi;"
        "p = open_prices(Settings(), serving=True); p.start(read_now=False); p.service.products(); p.service.health();"
        "heavy = ('prophet', 'statsforecast', 'tensorflow', 'keras', 'lightgbm', 'numba', 'pandas', 'polars', 'scipy');"
        "heavy += ('apprise',);"
        "print([name for name in heavy if name in sys.modules])"
    )
    environment = {**os.environ, "ALMAZARA_HOME": str(home), "ALMAZARA_DEMO": "false"}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
