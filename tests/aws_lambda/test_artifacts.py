"""Published artifacts are copied from a bucket: whole, as their manifest describes them, or not at all."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from almazara.artifacts import ArtifactStore
from almazara.aws_lambda.artifacts import copy_current
from almazara.errors import UnavailableError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KIND = "things"


class Folder:
    """A bucket that is a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.copied: list[str] = []

    def read(self, path: str) -> bytes | None:
        return (self.root / path).read_bytes() if (self.root / path).is_file() else None

    def copy(self, path: str, target: Path) -> None:
        self.copied.append(path)
        target.write_bytes((self.root / path).read_bytes())


@pytest.fixture
def there(tmp_path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "there")


@pytest.fixture
def here(tmp_path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "here")


def published(store: ArtifactStore, text: str) -> Path:
    def fill(folder: Path) -> dict:
        (folder / "a.json").write_text(text)
        (folder / "rows.parquet").write_text("what answers are built from")
        return {"metrics": {}}

    return store.publish(KIND, fill, now=NOW, keep=3).path


def test_the_newest_version_is_copied_once_without_the_tables_that_it_was_built_from(there, here):
    bucket = Folder(there.root)
    copy_current(bucket, here, KIND)
    assert here.current_version(KIND) is None

    for text in ("first", "second", "third"):
        published(there, text)
        copy_current(bucket, here, KIND)
        copy_current(bucket, here, KIND)
        artifact = here.current(KIND)
        assert (artifact.version, (artifact.path / "a.json").read_text()) == (there.current_version(KIND), text)
        assert sorted(path.name for path in artifact.path.iterdir()) == ["a.json", "manifest.json"]
    assert len(bucket.copied) == 3
    assert len(here.versions(KIND)) == 2  # of which one is in use until the other is opened


def test_a_file_that_is_not_what_the_manifest_describes_is_not_taken_into_use(there, here):
    bucket = Folder(there.root)
    (published(there, "first") / "a.json").write_text("changed")
    with pytest.raises(UnavailableError, match="is not the file"):
        copy_current(bucket, here, KIND)
    assert here.current_version(KIND) is None


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("current", "../elsewhere", "is no version"),
        ("manifest.json", "{", "no readable manifest"),
        ("manifest.json", '{"files": {"../a": "0"}}', "is no file of an artifact"),
    ],
)
def test_a_bucket_that_names_what_is_no_artifact_changes_nothing_here(there, here, file, text, told):
    folder = published(there, "first")
    (folder.parent / file if file == "current" else folder / file).write_text(text)
    with pytest.raises(UnavailableError, match=told):
        copy_current(Folder(there.root), here, KIND)
    assert here.current_version(KIND) is None
