"""Announced moves: those to come multiply what is forecast from their day on, those of the past teach nothing."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from almazara.cli import app
from almazara.errors import InputError
from almazara.prices.forecasting.announced import AnnouncedMove, factors, groups_of, restated
from almazara.prices.forecasting.announced_table import moves_of_each, read_moves
from almazara.prices.forecasting.panel import Panel

pytestmark = pytest.mark.training

START = date(2026, 1, 1)
CUTOFF = START + timedelta(days=59)


def on(day, factor, group=""):
    return AnnouncedMove(START + timedelta(days=day), factor, group)


def panel(*prices):
    return Panel.whole([f"s{i}" for i in range(len(prices))], START, np.array(prices, dtype=float))


def table(text):
    return pl.read_csv(text.encode(), infer_schema=False)


def test_from_its_day_on_a_move_multiplies():
    assert factors([on(62, 1.1), on(64, 0.5)], CUTOFF, 6).tolist() == pytest.approx([1, 1, 1.1, 1.1, 0.55, 0.55])


def test_a_move_of_the_past_multiplies_nothing():
    assert (factors([on(59, 1.1), on(3, 2.0)], CUTOFF, 30) == 1).all()


@given(st.floats(0.5, 2).filter(lambda factor: abs(factor - 1) > 0.01), st.integers(8, 20), st.integers(0, 7))
def test_what_moved_as_announced_has_not_moved_when_it_is_restated(factor, day, late):
    flat = np.full(40, 10.0)
    flat[day + late :] *= factor
    found = restated(panel(flat), [[on(day, factor)]]).prices
    assert np.allclose(found, flat[-1])


def test_what_did_not_move_or_moved_otherwise_stays_as_it_was():
    still, fell = np.full(40, 10.0), np.r_[np.full(20, 10.0), np.full(20, 8.0)]
    moves = [[on(20, 1.1)], [on(20, 1.1)]]
    assert np.array_equal(restated(panel(still, fell), moves).prices, panel(still, fell).prices)


def test_a_move_concerns_its_group_alone():
    rising = np.r_[np.full(20, 10.0), np.full(20, 11.0)]
    found = restated(panel(rising, rising), [[on(20, 1.1)], []]).prices
    assert np.allclose(found[0], 11)
    assert np.array_equal(found[1], rising)


def test_a_series_is_of_the_groups_in_its_name_and_of_those_that_are_told():
    assert groups_of("facts:shop:oil:1", "north", None) == {
        *("facts", "shop", "oil", "1", "north", "facts:shop", "facts:shop:oil", "facts:shop:oil:1")
    }


@pytest.mark.parametrize("factor", [1, 0, -1, float("nan"), float("inf"), 0.05, 11])
def test_a_factor_that_is_none_is_refused(factor):
    with pytest.raises(InputError, match="is a rise by"):
        AnnouncedMove(START, factor)


def test_rows_that_cannot_be_read_surely_are_refused_and_counted():
    moves, refused = read_moves(
        table("date,factor,group\n2026-03-05,1.02,shop\n05/03/2026,1.02,shop\n2026-03-05,x,\n2026-03-05,0,all\n")
    )
    assert moves == [AnnouncedMove(date(2026, 3, 5), 1.02, "shop")]
    assert sorted(refused.values()) == [1, 2]


@pytest.mark.parametrize("group", ["", "*", "All"])
def test_a_move_of_all_says_so_in_several_ways(group):
    assert read_moves(table(f"date,factor,group\n2026-03-05,1.02,{group}\n"))[0][0].concerns(set())


def test_a_table_without_a_date_or_factor_is_refused():
    with pytest.raises(InputError, match="lacks the columns factor"):
        read_moves(table("date,group\n2026-03-05,shop\n"))


def test_a_group_that_no_series_is_of_is_told():
    moves, refused = moves_of_each([{"a"}, {"b"}], [on(1, 1.1, "a"), on(1, 1.1, "c"), on(1, 1.2)], {"why": 2})
    assert [[one.group for one in some] for some in moves] == [["a", ""], [""]]
    assert refused == {"why": 2, "no series is of the group 'c'": 1}


def forecast(tmp_path, events):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    wavy = [10.0 if day % 20 < 12 else 8.5 for day in range(60)]
    rows = [(f"{shop}:1", START + timedelta(days=day), wavy[day]) for shop in ("a", "b") for day in range(60)]
    pl.DataFrame(rows, schema=["series_id", "date", "price"], orient="row").write_csv(source)
    (tmp_path / "events.csv").write_text(events, encoding="utf-8")
    asked = ["prices", "forecast", "--input", str(source), "--cutoff", str(CUTOFF), "--horizon", "5"]
    result = CliRunner().invoke(app, [*asked, "--output", str(target), "--events", str(tmp_path / "events.csv")])
    assert result.exit_code == 0, result.output
    return pl.read_csv(target, try_parse_dates=True), result.output


def test_the_forecasts_of_a_file_know_of_what_is_announced(tmp_path):
    day = CUTOFF + timedelta(days=3)
    told, said = forecast(tmp_path, f"date,factor,group\n{day},1.5,a\n{day},1.5,nobody\n")
    untold, _ = forecast(tmp_path, "date,factor,group\n")
    concerned = (pl.col("series_id") == "a:1") & (pl.col("target_date") >= day)
    assert told.filter(~concerned).equals(untold.filter(~concerned))
    assert np.allclose(told.filter(concerned)["value"], 1.5 * untold.filter(concerned)["value"])
    assert "no series is of the group 'nobody'" in said


@pytest.mark.parametrize("days", [3, 5, 7])
@pytest.mark.parametrize("factor", [1.02, 1.2, 0.98])
def test_two_like_moves_within_a_week_are_both_taken_out(factor, days):
    cents = np.round(np.linspace(4, 30, 40), 2)[:, None]
    steps = np.repeat([[1.0, factor, factor**2]], 40, axis=0)
    prices = np.round(np.repeat(cents * steps, [10, days, 10], axis=1), 2)
    panel = Panel.whole([f"a:{row}" for row in range(40)], date(2026, 1, 1), prices)
    moves = [AnnouncedMove(date(2026, 1, 11), factor), AnnouncedMove(date(2026, 1, 11) + timedelta(days=days), factor)]
    found = restated(panel, [moves] * 40).prices
    assert found == pytest.approx(np.repeat(found[:, -1:], found.shape[1], axis=1), rel=1e-6)
