"""A home folder may have any name: what is kept lies in it, never beside it."""

from contextlib import closing

import pytest

from almazara.app.backup import back_up, restore
from almazara.errors import InputError
from almazara.movies.users.event_store import open_event_store
from almazara.prices.store.registry import open_store, store_at
from price_shop import NOW, product, settings_over
from waiting import no_progress

ODD = ["what?", "a?mode=memory", "b#c", "100%41", "file:x", "two words", "á&;'\"", "sqlite:///x", ":memory:"]


def everything(folder):
    return {path.relative_to(folder).parts[0] for path in folder.rglob("*")}


@pytest.mark.parametrize("name", ODD)
def test_the_databases_of_a_home_lie_in_it_whatever_its_name(tmp_path, name):
    home = tmp_path / "all" / name
    with closing(open_store(settings_over(home))) as prices, closing(open_event_store(settings_over(home))):
        prices.save_listing(product(1))
        assert {"prices.db", "film_events.db"} <= everything(home)
    assert everything(tmp_path / "all") == {(home.relative_to(tmp_path / "all")).parts[0]}
    with closing(open_store(settings_over(home))) as again:
        assert len(again.listings()) == 1


@pytest.mark.parametrize("name", ["what?", "b#c"])
def test_a_backup_goes_from_and_into_homes_with_such_names(tmp_path, name):
    first, second, file = tmp_path / name, tmp_path / f"other {name}", tmp_path / f"{name}.zip"
    with closing(open_store(settings_over(first))) as prices:
        prices.save_listing(product(1))
    back_up(settings_over(first), file, no_progress, now=NOW)
    restore(settings_over(second), file, no_progress)
    with closing(open_store(settings_over(second))) as restored:
        assert len(restored.listings()) == 1
    assert everything(tmp_path) == {name, f"other {name}", f"{name}.zip"}


def test_an_address_of_a_store_whose_path_a_question_mark_would_cut_is_refused(tmp_path):
    with pytest.raises(InputError, match="ALMAZARA_HOME"):
        store_at(f"sqlite:///{tmp_path}/what?/prices.db")
    assert everything(tmp_path) == set()
