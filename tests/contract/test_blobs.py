"""What a place for published versions promises, tried on each: bytes come back as they were, versions whole or not."""

import json
import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from almazara.artifacts import MANIFEST, ArtifactStore
from almazara.errors import InputError, UnavailableError
from almazara.mirror import Mirror, UrlBlobs, pull_current
from almazara.prices.store.blobs import StoreBlobs
from almazara.prices.store.registry import store_at
from servers import empty_database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KIND = "forecasts"


@pytest.fixture(
    params=[
        "url",
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.server),
        pytest.param("dynalite", marks=pytest.mark.server),
    ]
)
def blobs(request, tmp_path):
    if request.param == "url":
        yield UrlBlobs(f"file://{tmp_path}/shared")
        return
    store = store_at(url_of(request, tmp_path))
    yield StoreBlobs(store)
    store.close()


def url_of(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/prices.db"
    server = request.getfixturevalue(request.param)
    if request.param == "postgresql":
        return empty_database(server)
    request.getfixturevalue("aws")
    return f"dynamodb://prices-{uuid.uuid4().hex}?region=eu-west-1&endpoint={server}"


@pytest.fixture
def machines(blobs, tmp_path):
    """Two machines with a home each, and one place."""
    return [Mirror(ArtifactStore(tmp_path / name), blobs, frozenset({KIND})) for name in ("one", "other")]


def publish(mirror, text, keep=3):
    def fill(folder):
        (folder / "values.npy").write_bytes(text * 1000)
        return {"metrics": {"text": text.decode()}}

    artifact = mirror.artifacts.publish(KIND, fill, now=NOW, keep=keep)
    mirror.push(artifact)
    return artifact


def test_bytes_come_back_as_they_were(blobs):
    big = bytes(range(256)) * 4000
    for content in (b"", b"a", big, b"short again"):
        blobs.put("forecasts/v/a", content)
        assert blobs.get("forecasts/v/a") == content
    blobs.delete("forecasts/v/a")
    blobs.delete("forecasts/v/a")
    assert blobs.get("forecasts/v/a") is None


@given(content=st.binary(max_size=2000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_any_bytes_come_back(blobs, content):
    blobs.put("k/b", content)
    assert blobs.get("k/b") == content


def test_what_one_machine_publishes_another_answers_from(machines):
    one, other = machines
    assert other.pull() == []
    artifact = publish(one, b"first")
    assert other.pull() == [KIND]
    found = other.artifacts.current(KIND)
    assert (found.version, found.manifest) == (artifact.version, artifact.manifest)
    assert (found.path / "values.npy").read_bytes() == b"first" * 1000
    assert other.pull() == []


def test_the_newest_version_and_the_one_before_stay(machines, blobs):
    one, other = machines
    versions = [publish(one, text).version for text in (b"a", b"b", b"c")]
    assert other.pull() == [KIND]
    assert other.artifacts.current_version(KIND) == versions[-1]
    assert blobs.get(f"{KIND}/{versions[0]}/{MANIFEST}") is None
    assert blobs.get(f"{KIND}/{versions[1]}/{MANIFEST}") is not None


def test_going_back_is_followed(machines):
    one, other = machines
    first = publish(one, b"a")
    publish(one, b"b")
    other.pull()
    one.push(one.artifacts.rollback(KIND))
    assert other.pull() == [KIND]
    assert other.artifacts.current_version(KIND) == first.version


@pytest.mark.parametrize("damage", ["values.npy", MANIFEST])
def test_a_version_that_is_damaged_on_the_way_is_not_taken_in(machines, blobs, damage):
    one, other = machines
    first = publish(one, b"a")
    other.pull()
    second = publish(one, b"b")
    blobs.put(f"{KIND}/{second.version}/{damage}", b"damaged")
    with pytest.raises(UnavailableError, match="damaged"):
        other.pull()
    assert other.artifacts.current_version(KIND) == first.version


def test_a_file_that_is_missing_on_the_way_is_told(machines, blobs):
    one, other = machines
    version = publish(one, b"a").version
    blobs.delete(f"{KIND}/{version}/values.npy")
    with pytest.raises(UnavailableError):
        other.pull()
    assert other.artifacts.current_version(KIND) is None


def test_what_an_attempt_that_broke_off_has_brought_is_not_copied_again(machines, blobs):
    one, other = machines

    def fill(folder):
        for name in ("a.npy", "b.npy"):
            (folder / name).write_text(name)
        return {}

    artifact = one.artifacts.publish(KIND, fill, now=NOW, keep=1)
    one.push(artifact)
    damaged = f"{KIND}/{artifact.version}/b.npy"
    blobs.put(damaged, b"damaged")
    with pytest.raises(UnavailableError):
        other.pull()
    blobs.put(damaged, b"b.npy")
    blobs.delete(f"{KIND}/{artifact.version}/a.npy")
    assert other.pull() == [KIND]
    assert sorted(path.name for path in other.artifacts.current(KIND).path.iterdir()) == [
        "a.npy",
        "b.npy",
        "manifest.json",
    ]


def test_tables_may_be_left_where_they_are_and_the_version_is_whole_without(machines, blobs):
    one, other = machines

    def fill(folder):
        for name in ("a.json", "rows.parquet"):
            (folder / name).write_text(name)
        return {}

    artifact = one.artifacts.publish(KIND, fill, now=NOW, keep=1)
    one.push(artifact)
    assert pull_current(other.artifacts, blobs, KIND, tables=False)
    assert {path.name for path in other.artifacts.current(KIND).path.iterdir()} == {"a.json", "manifest.json"}
    assert other.artifacts.is_whole(KIND, artifact.version)


def test_a_machine_holds_the_version_in_use_and_the_one_before(machines):
    one, other = machines
    for text in (b"a", b"b", b"c"):
        publish(one, text)
        other.pull()
    assert len(other.artifacts.versions(KIND)) == 2


@pytest.mark.parametrize("name", ["../evil", "a/b", "", "."])
def test_a_file_of_a_manifest_never_leaves_its_folder(machines, blobs, name, tmp_path):
    _, other = machines
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # of nothing
    version = "20260301T120000-00"
    manifest = {"files": {name: digest}, "version": version}
    blobs.put(f"{KIND}/{version}/{MANIFEST}", json.dumps(manifest).encode())
    blobs.put(f"{KIND}/current", f"{version}\n".encode())
    with pytest.raises(UnavailableError):
        other.pull()
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("version", ["../../evil", "x", "20260301T120000-00/../.."])
def test_a_version_is_never_a_way_out(machines, blobs, version):
    _, other = machines
    blobs.put(f"{KIND}/{version}/{MANIFEST}", b'{"files": {}}')
    blobs.put(f"{KIND}/current", f"{version}\n".encode())
    with pytest.raises(UnavailableError):
        other.pull()


def test_a_pointer_that_an_earlier_version_wrote_is_followed_and_replaced(machines, blobs):
    one, other = machines
    versions = [publish(one, text).version for text in (b"a", b"b")]
    blobs.put(f"{KIND}/current", json.dumps(versions[::-1]).encode())
    assert other.published() == {KIND: versions[1]}
    assert other.pull() == [KIND]
    new = publish(other, b"c")
    assert blobs.get(f"{KIND}/current").decode().split() == [new.version, versions[1]]


def test_another_kind_is_left_alone(machines, tmp_path):
    one, _ = machines
    artifact = ArtifactStore(tmp_path / "one").publish("movies", lambda _folder: {}, now=NOW, keep=1)
    one.push(artifact)
    assert one.blobs.get("movies/current") is None


def test_a_url_of_no_known_kind_is_refused():
    with pytest.raises(InputError, match="no known kind"):
        UrlBlobs("nothing://bucket")
