"""Announced moves are kept once each, as many as can be read for every answer."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import DamagedError, InputError, NotFoundError
from almazara.prices.forecasting.announced import LEAST, MOST, AnnouncedMove
from almazara.prices.forecasting.kept_moves import MOST_MOVES, MOVES, forget_move, keep_moves, kept_moves, move_id

DAY = date(2026, 10, 1)
moves = st.builds(
    AnnouncedMove,
    st.dates(),
    st.floats(LEAST, MOST).filter(lambda factor: factor != 1),
    st.text(st.characters(codec="utf-8"), max_size=20),
)


def many(count, first=DAY):
    return [AnnouncedMove(first + timedelta(days=day), 1.02) for day in range(count)]


def test_moves_are_kept_in_order_of_their_days_and_equal_ones_once(store):
    late, early, other = AnnouncedMove(DAY, 1.02, "oil"), AnnouncedMove(date(2026, 4, 1), 0.9), AnnouncedMove(DAY, 1.02)
    keep_moves(store, [late, early])
    keep_moves(store, [AnnouncedMove(DAY, 1.02, "oil"), other])
    assert kept_moves(store)[0] == early
    assert set(kept_moves(store)[1:]) == {late, other}


@given(moves, moves)
def test_ids_are_the_same_for_equal_moves_alone(one, other):
    assert (move_id(one) == move_id(other)) is (one == other)


def test_a_move_that_is_withdrawn_is_gone_and_an_unknown_one_is_told(store):
    keep_moves(store, many(2))
    forget_move(store, move_id(many(2)[0]))
    assert kept_moves(store) == tuple(many(2)[1:])
    for name in (move_id(many(2)[0]), "nothing", "", "\0"):
        with pytest.raises(NotFoundError, match="no announced move"):
            forget_move(store, name)


def test_of_too_many_moves_none_is_kept(store):
    keep_moves(store, many(MOST_MOVES))
    keep_moves(store, many(3))
    with pytest.raises(InputError, match="At most 1000"):
        keep_moves(store, [AnnouncedMove(DAY, 1.5)])
    assert len(kept_moves(store)) == MOST_MOVES


@pytest.mark.parametrize("body", [{}, {"date": "2026-10-01", "factor": 1}, {"date": "soon", "factor": 1.02}])
def test_a_move_that_cannot_be_understood_is_said_to_be_damaged(store, body):
    store.put_document(MOVES, "2026-10-01-x", body)
    with pytest.raises(DamagedError):
        kept_moves(store)
