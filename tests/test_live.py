import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from almazara import artifacts
from almazara.app import movies
from almazara.artifacts import ArtifactStore
from almazara.errors import UnavailableError
from almazara.live import Kept, KeptEach, Live
from sample_catalog import Made, publish_made, settings_for


def no_films(_refused=None):
    return UnavailableError("Nothing yet.")


def test_before_the_first_version_every_question_raises_a_fresh_error(tmp_path):
    live = Live(ArtifactStore(tmp_path), "films", lambda artifact: artifact, no_films)
    assert live.version is None
    raised = []
    for _ in range(2):
        with pytest.raises(UnavailableError, match="Nothing yet") as caught:
            _ = live.current
        raised.append(caught.value)
    assert raised[0] is not raised[1]


def test_a_version_is_opened_once(tmp_path):
    publish_made(tmp_path, [Made("The Mill")])
    opened = []
    live = Live(artifacts.open_artifacts(settings_for(tmp_path)), "movies", opened.append, no_films)
    assert live.refresh()
    assert not live.refresh()
    assert len(opened) == 1


def test_who_holds_the_old_version_keeps_answering_from_it(tmp_path):
    publish_made(tmp_path, [Made("The Mill")], keep_versions=1)
    live = movies.live_movies(settings_for(tmp_path))
    live.refresh()
    held = live.current
    publish_made(tmp_path, [Made("The Olive")], keep_versions=1)  # which removes the files of the old version
    live.refresh()
    assert live.current.score("The Olive").id == 1
    assert held.score("The Mill").id == 1
    assert held.search("mill", 1).cantidad == 1
    assert held.film(1)


def damage(artifact):
    """Change one byte of a file of a version."""
    name = next(iter(artifact.manifest["files"]))
    content = bytearray((artifact.path / name).read_bytes())
    content[len(content) // 2] ^= 1
    (artifact.path / name).write_bytes(content)


def test_a_version_with_a_changed_byte_is_refused_and_the_old_one_stays(tmp_path):
    store = artifacts.open_artifacts(settings_for(tmp_path))
    publish_made(tmp_path, [Made("The Mill")])
    live = movies.live_movies(settings_for(tmp_path))
    assert live.refresh()
    first = live.version
    publish_made(tmp_path, [Made("The Olive")])
    damage(store.current("movies"))
    assert not live.refresh()
    assert (live.version, live.refused) == (first, store.current_version("movies"))
    publish_made(tmp_path, [Made("The Press")])
    assert live.refresh()
    assert live.refused is None
    assert live.current.score("The Press").id == 1


def test_at_the_start_the_newest_whole_version_answers_for_a_damaged_one(tmp_path):
    store = artifacts.open_artifacts(settings_for(tmp_path))
    for title in ("The Mill", "The Olive"):
        publish_made(tmp_path, [Made(title)])
    damage(store.current("movies"))
    live = movies.live_movies(settings_for(tmp_path))
    assert live.refresh()
    assert live.current.score("The Mill").id == 1
    assert live.refused == store.current_version("movies")
    assert not live.refresh()


def test_a_version_that_cannot_be_opened_is_tried_once_and_the_old_one_stays(tmp_path):
    store = artifacts.open_artifacts(settings_for(tmp_path))
    publish_made(tmp_path, [Made("The Mill")])
    tries = []

    def open_first_only(artifact):
        tries.append(artifact.version)
        if len(tries) > 1:
            raise ValueError("damaged")
        return artifact

    live = Live(store, "movies", open_first_only, no_films)
    live.refresh()
    publish_made(tmp_path, [Made("The Olive")])
    assert not live.refresh()
    assert not live.refresh()
    assert live.version == tries[0]
    assert len(tries) == 2


def test_a_version_whose_files_are_still_arriving_is_opened_when_all_are_there(tmp_path):
    publish_made(tmp_path, [Made("The Mill")])
    live = movies.live_movies(settings_for(tmp_path))
    live.refresh()
    publish_made(tmp_path, [Made("The Mill"), Made("The Olive")])
    store = artifacts.open_artifacts(settings_for(tmp_path))
    late = next(store.current("movies").path.glob("*.npy"))
    arriving = late.rename(tmp_path / late.name)
    assert not live.refresh()
    assert len(live.current) == 1
    arriving.rename(late)
    assert live.refresh()
    assert len(live.current) == 2


def test_at_the_start_the_newest_whole_version_answers_for_one_that_lacks_a_file_until_that_is_there(tmp_path):
    store = artifacts.open_artifacts(settings_for(tmp_path))
    for titles in (["The Mill"], ["The Mill", "The Olive"]):
        publish_made(tmp_path, [Made(title) for title in titles])
    late = next(store.current("movies").path.glob("*.npy"))
    arriving = late.rename(tmp_path / late.name)
    live = movies.live_movies(settings_for(tmp_path))
    assert live.refresh()
    assert not live.refresh()
    assert (len(live.current), live.refused) == (1, store.current_version("movies"))
    arriving.rename(late)
    assert live.refresh()
    assert (len(live.current), live.refused) == (2, None)


def test_many_threads_see_either_the_old_or_the_new_version(tmp_path):
    publish_made(tmp_path, [Made("The Mill")])
    live = movies.live_movies(settings_for(tmp_path))
    live.refresh()
    seen, ended = set(), threading.Event()

    def look():
        while not ended.wait(0.0005):  # without a pause the threads take the processor from who publishes
            seen.add(len(live.current))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    publish_made(tmp_path, [Made("The Mill"), Made("The Olive")])
    live.refresh()
    ended.set()
    for thread in threads:
        thread.join()
    assert seen <= {1, 2}
    assert len(live.current) == 2


def test_a_kept_answer_is_made_once_for_each_state():
    kept, made = Kept(), []

    def make():
        made.append(len(made))
        return made[-1]

    assert [kept.of(state, make) for state in ("a", "a", "b", "b", "a")] == [0, 0, 1, 1, 2]


def test_a_kept_answer_that_could_not_be_made_is_tried_again():
    kept = Kept()
    with pytest.raises(UnavailableError):
        kept.of("a", lambda: (_ for _ in ()).throw(no_films()))
    assert kept.of("a", lambda: 1) == 1


def test_a_kept_answer_is_made_out_of_the_one_before():
    kept = Kept()
    assert [kept.gone_on(state, lambda before: [*(before or []), len(before or [])]) for state in "aab"] == [
        [0],
        [0],
        [0, 1],
    ]


def test_of_each_key_an_answer_is_kept_and_those_asked_for_last_stay():
    kept, made = KeptEach(2), []

    def ask(key, state="a"):
        return kept.of(key, state, lambda: made.append(key) or key)

    assert [ask(key) for key in "xyxyx"] == list("xyxyx")
    assert made == ["x", "y"]
    ask("z")  # y was asked for longest ago
    ask("x")
    assert made == ["x", "y", "z"]
    ask("y")
    ask("x", "b")
    assert made == ["x", "y", "z", "y", "x"]


def test_a_key_for_which_no_answer_can_be_made_takes_no_others_place():
    kept, made = KeptEach(2), []

    def unknown():
        raise KeyError

    for key in "xy":
        kept.of(key, "a", lambda: made.append(1))
    for key in "abcdef":
        with pytest.raises(KeyError):
            kept.of(key, "a", unknown)
    for key in "xy":
        kept.of(key, "a", lambda: made.append(1))
    assert len(made) == 2


def test_those_who_ask_while_an_answer_is_made_wait_for_it():
    kept, made, begun, go_on = Kept(), [], threading.Event(), threading.Event()

    def make():
        begun.set()
        assert go_on.wait(30)
        made.append(1)
        return "made"

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(kept.of, "a", make)
        assert begun.wait(30)
        others = [pool.submit(kept.of, "a", make) for _ in range(3)]
        go_on.set()
        assert [one.result(30) for one in (first, *others)] == ["made"] * 4
    assert made == [1]


@pytest.mark.parametrize("content", [None, b"", b"\xff", b"latest"])
def test_where_the_pointer_is_damaged_the_newest_version_is_opened_and_said_so(tmp_path, content):
    publish_made(tmp_path, [Made("The Mill")])
    newest = publish_made(tmp_path, [Made("The Olive")]).version
    pointer = tmp_path / "artifacts" / "movies" / "current"
    pointer.unlink() if content is None else pointer.write_bytes(content)
    live = movies.live_movies(settings_for(tmp_path))
    assert live.refresh()
    assert (live.version, live.is_pointer_damaged, live.refused) == (newest, True, None)


def test_a_pointer_that_is_damaged_while_a_version_is_in_use_changes_nothing(tmp_path):
    first = publish_made(tmp_path, [Made("The Mill")]).version
    publish_made(tmp_path, [Made("The Olive")])
    artifacts.open_artifacts(settings_for(tmp_path)).rollback("movies", first)
    live = movies.live_movies(settings_for(tmp_path))
    live.refresh()
    (tmp_path / "artifacts" / "movies" / "current").write_bytes(b"")
    assert not live.refresh()
    assert (live.version, live.is_pointer_damaged) == (first, True)
