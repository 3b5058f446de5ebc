import fcntl
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almazara.artifacts import ArtifactStore, open_whole
from almazara.errors import ConflictError, NotFoundError, UnavailableError
from profiles import examples

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    return ArtifactStore(tmp_path / "artifacts")


def publish(store, text="olives", *, now=NOW, keep=3):
    def fill(folder: Path):
        (folder / "harvest.txt").write_text(text, encoding="utf-8")
        return {"metrics": {"letters": len(text)}}

    return store.publish("mill", fill, now=now, keep=keep)


def publish_several(store, count, keep=10):
    return [publish(store, now=NOW + timedelta(hours=hour), keep=keep).version for hour in range(count)]


def entries(store):
    return sorted(path.name for path in (store.root / "mill").iterdir() if path.name != ".lock")


def test_a_published_artifact_is_the_current_one(store):
    published = publish(store)
    assert store.current("mill") == published
    assert (store.current("mill").path / "harvest.txt").read_text(encoding="utf-8") == "olives"


def test_the_manifest_holds_what_was_said_and_the_hash_of_every_file(store):
    manifest = publish(store).manifest
    assert manifest["metrics"] == {"letters": 6}
    assert manifest["kind"] == "mill"
    assert manifest["built_at"] == "2026-11-22T10:00:00+00:00"
    assert manifest["files"] == {"harvest.txt": hashlib.sha256(b"olives").hexdigest()}


def test_more_can_be_said_of_a_version_and_the_rest_stays(store):
    first, second = publish_several(store, 2)
    before = store.get("mill", first)
    said = store.describe("mill", first, {"metrics": {"letters": 7}, "judged": True})
    assert said.manifest == {**before.manifest, "metrics": {"letters": 7}, "judged": True}
    assert store.get("mill", first) == said
    assert "judged" not in store.get("mill", second).manifest
    assert store.current_version("mill") == second
    with pytest.raises(NotFoundError):
        store.describe("mill", "20000101T000000-00", {})


def test_before_the_first_build_there_is_no_current_version(store):
    assert store.current_version("mill") is None
    assert store.versions("mill") == []
    with pytest.raises(NotFoundError, match="build it first"):
        store.current("mill")


def test_a_build_that_raises_publishes_nothing_and_leaves_nothing(store):
    before = publish(store)

    def fail(folder: Path):
        (folder / "half.txt").write_text("half", encoding="utf-8")
        raise RuntimeError("the mill stands still")

    with pytest.raises(RuntimeError):
        store.publish("mill", fail, now=NOW + timedelta(hours=1), keep=3)
    assert store.current("mill") == before
    assert entries(store) == [before.version, "current"]


def test_what_a_killed_build_left_is_removed_by_the_next_one(store):
    leftover = store.root / "mill" / ".building-99999"
    leftover.mkdir(parents=True)
    (leftover / "half.txt").write_text("half", encoding="utf-8")
    published = publish(store)
    assert entries(store) == [published.version, "current"]


def test_a_leftover_is_no_version(store):
    leftover = store.root / "mill" / ".building-99999"
    leftover.mkdir(parents=True)
    (leftover / "manifest.json").write_text("{}", encoding="utf-8")
    assert store.versions("mill") == []


def test_a_second_builder_of_the_same_kind_is_turned_away(store):
    (store.root / "mill").mkdir(parents=True)
    with (store.root / "mill" / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(ConflictError, match="wait until it has ended"):
            publish(store)
    assert store.current_version("mill") is None


def test_two_kinds_are_built_at_once_without_waiting(store):
    def fill(_folder: Path):
        publish(store)
        return {}

    store.publish("press", fill, now=NOW, keep=3)
    assert store.current_version("press")
    assert store.current_version("mill")


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(UnavailableError, match="cannot be written"):
        publish(ArtifactStore(tmp_path / "file"))


def test_a_disk_that_fails_in_the_middle_publishes_nothing(store):
    def fill(_folder: Path):
        raise OSError(28, "No space left on device")

    with pytest.raises(UnavailableError, match="No space left on device"):
        store.publish("mill", fill, now=NOW, keep=3)
    assert store.current_version("mill") is None


def test_two_versions_of_the_same_second_have_names_in_order_of_publication(store):
    first, second = publish(store, "one"), publish(store, "two")
    assert first.version < second.version
    assert store.current("mill").version == second.version


def test_a_clock_that_went_back_does_not_hide_the_newest_version(store):
    publish(store, "one", now=NOW)
    late = publish(store, "two", now=NOW - timedelta(days=1), keep=1)
    assert [artifact.version for artifact in store.versions("mill")] == [late.version]


def test_versions_are_listed_newest_first(store):
    names = publish_several(store, 3)
    assert [artifact.version for artifact in store.versions("mill")] == names[::-1]


def test_only_as_many_versions_stay_as_are_kept(store):
    names = publish_several(store, 5, keep=2)
    assert [artifact.version for artifact in store.versions("mill")] == names[:2:-1]


def test_rollback_goes_to_the_version_before(store):
    names = publish_several(store, 3)
    assert store.rollback("mill").version == names[1]
    assert store.rollback("mill").version == names[0]


def test_rollback_from_the_oldest_version_says_that_there_is_none_older(store):
    publish(store)
    with pytest.raises(NotFoundError, match="older"):
        store.rollback("mill")


def test_rollback_goes_to_a_version_by_name_also_forward(store):
    names = publish_several(store, 3)
    store.rollback("mill", names[0])
    assert store.rollback("mill", names[2]).version == names[2]


@pytest.mark.parametrize("name", ["20990101T000000-00", "", ".", "..", "../mill", "/etc", ".building-1", "a\0b"])
def test_rollback_to_what_is_no_version_changes_nothing(store, name):
    current = publish(store).version
    with pytest.raises(NotFoundError):
        store.rollback("mill", name)
    assert store.current_version("mill") == current


def test_rollback_passes_over_a_version_whose_folder_is_broken(store):
    names = publish_several(store, 3)
    (store.get("mill", names[1]).path / "manifest.json").write_text("{", encoding="utf-8")
    assert store.rollback("mill").version == names[0]


def test_a_broken_folder_does_not_hide_the_other_versions(store):
    names = publish_several(store, 3)
    (store.get("mill", names[1]).path / "manifest.json").write_text("{", encoding="utf-8")
    assert [artifact.version for artifact in store.versions("mill")] == [names[2], names[0]]


def test_rollback_mends_a_pointer_that_cannot_be_read(store):
    names = publish_several(store, 2)
    (store.root / "mill" / "current").write_bytes(b"\xff")
    assert store.rollback("mill").version == names[1]


def test_a_broken_folder_does_not_stop_the_next_build(store):
    names = publish_several(store, 2)
    (store.get("mill", names[0]).path / "manifest.json").write_text("[]", encoding="utf-8")
    assert publish(store, now=NOW + timedelta(days=1)).version == store.current_version("mill")


def test_publishing_after_a_rollback_takes_the_new_version_and_keeps_the_one_gone_back_to(store):
    names = publish_several(store, 2)
    store.rollback("mill")
    newest = publish(store, now=NOW + timedelta(days=1), keep=3)
    assert store.current("mill").version == newest.version
    assert [artifact.version for artifact in store.versions("mill")] == [newest.version, *names[::-1]]


def test_a_pointer_to_a_version_that_is_gone_is_an_error_and_rollback_to_another_mends_it(store):
    names = publish_several(store, 2)
    pointer = store.root / "mill" / "current"
    pointer.write_text("20990101T000000-00\n", encoding="utf-8")
    with pytest.raises(NotFoundError, match="20990101"):
        store.current("mill")
    assert store.rollback("mill", names[0]).version == names[0]
    assert store.current("mill").version == names[0]


@pytest.mark.parametrize("content", [b"", b"\n", b"../../etc\n", b"\xff\xfe\n", b"a\0b\n"])
def test_where_the_pointer_is_damaged_the_newest_whole_version_is_in_use_until_the_next_build_mends_it(store, content):
    names = publish_several(store, 3)
    (store.root / "mill" / "current").write_bytes(content)
    next(path for path in store.get("mill", names[2]).path.iterdir() if path.name != "manifest.json").unlink()
    assert store.current("mill").version == names[1]
    assert store.is_pointer_damaged("mill")
    newest = publish(store, now=NOW + timedelta(days=1))
    assert store.current("mill").version == newest.version
    assert not store.is_pointer_damaged("mill")


def test_where_the_pointer_is_missing_and_no_version_is_whole_the_newest_is_named_in_what_is_wrong(store):
    names = publish_several(store, 2)
    (store.root / "mill" / "current").unlink()
    for name in names:
        next(path for path in store.get("mill", name).path.iterdir() if path.name != "manifest.json").unlink()
    with pytest.raises(UnavailableError, match=f"{names[1]} of mill .* is damaged"):
        open_whole(store.current("mill"), lambda whole: whole)


def test_without_any_version_a_pointer_is_not_damaged(store):
    assert not store.is_pointer_damaged("mill")


@settings(max_examples=examples(nightly=1000))
@given(hours=st.lists(st.integers(-50, 50), min_size=1, max_size=8), keep=st.integers(1, 4))
def test_the_last_published_version_is_current_and_stays_whatever_the_clock_says(tmp_path_factory, hours, keep):
    store = ArtifactStore(tmp_path_factory.mktemp("artifacts"))
    for hour in hours:
        last = publish(store, now=NOW + timedelta(hours=hour), keep=keep)
        assert store.current("mill").version == last.version
    assert len(store.versions("mill")) <= keep
