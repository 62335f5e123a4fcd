"""Maps in pieces: the same from whatever way they came to be, and each way costs what it changes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nashra.errors import Problem
from nashra.publish.maps import EMPTY, Maps, pieces
from nashra.publish.releases import Releases
from nashra.publish.sums import Sums

DAMAGED = Problem("damaged", "mend")
NAMES = st.integers(0, 2_000).map(lambda number: f"قصة {number}.html")


def sums(names: range) -> dict[str, str]:
    return {f"قصة {number}.html": str(number) for number in names}


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 1_800),
    st.lists(st.dictionaries(NAMES, st.none() | st.sampled_from("ab"), max_size=900), max_size=4),
)
def test_a_map_is_what_is_in_it_and_not_how_it_came_to_be(size: int, steps: list[dict[str, str | None]]) -> None:
    whole: dict[str, str] = sums(range(size))
    digest, kept = pieces("x/", whole)
    for step in steps:
        maps = Maps(kept.get, DAMAGED)
        new = maps.changed("x/", digest, step)
        before, whole = whole, {name: told for name, told in {**whole, **step}.items() if told is not None}
        made, went = maps.take()
        assert kept.keys() >= set(went)
        # What a store does: what was made comes, what it stands for goes, and that is a map made at once.
        kept = {one: data for one, data in (kept | made).items() if one not in went}
        assert (new, kept) == pieces("x/", whole)
        after = Maps((kept | pieces("x/", before)[1]).get, DAMAGED)
        differing = {name: (was, now) for name, was, now in after.differing(digest, new)}
        assert differing == {
            name: (before.get(name), whole.get(name))
            for name in before.keys() | whole.keys()
            if before.get(name) != whole.get(name)
        }
        assert after.all(new) == whole
        assert all(after.get(new, name) == whole.get(name) for name in step)
        digest = new


def test_one_name_among_many_costs_a_few_pieces() -> None:
    digest, kept = pieces("x/", sums(range(50_000)))
    assert max(map(len, kept.values())) < 64_000
    asked: list[str] = []
    maps = Maps(lambda one: asked.append(one) or kept.get(one), DAMAGED)
    new = maps.changed("x/", digest, {"قصة 7.html": "other"})
    made, went = maps.take()
    assert len(made) == len(went) == len(asked) <= 4
    asked.clear()
    other = Maps(lambda one: asked.append(one) or (kept | made).get(one), DAMAGED)
    assert list(other.differing(digest, new)) == [("قصة 7.html", "7", "other")]
    assert len(asked) <= 8


def test_a_piece_that_lies_is_seen() -> None:
    digest, kept = pieces("x/", sums(range(2_000)))
    for bad in (None, b"{}"):
        victim = next(one for one in kept if one != digest)
        maps = Maps(lambda one, bad=bad, victim=victim: bad if one == victim else kept[one], DAMAGED)  # type: ignore[misc]
        with pytest.raises(Problem, match="damaged"):
            maps.all(digest)
    assert Maps(kept.get, DAMAGED).all(EMPTY) == {}


@pytest.mark.parametrize(
    "lie",
    [
        b"[]",
        b"no JSON",
        b"[" * 100_000,
        b'{"sums": []}',
        b'{"sums": {"a": 1}}',
        b'{"sums": {"\\udcff": "1"}}',
        b'{"parts": {"a": 1}}',
        b'{"parts": {"a": ["../../x", 1]}}',
        b'{"parts": {"a": ["", "x"]}}',
    ],
)
def test_a_piece_that_is_none_though_its_digest_is_right_is_seen(lie: bytes) -> None:
    digest = hashlib.sha256(lie).hexdigest()
    with pytest.raises(Problem, match="damaged"):
        Maps({digest: lie}.get, DAMAGED).all(digest)


def test_two_folders_that_hold_the_same_share_no_piece() -> None:
    one, other = (pieces(folder, sums(range(1_000)))[1] for folder in ("a/", "b/"))
    assert not one.keys() & other.keys()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = Releases(tmp_path / "public").next
    for number in range(50):
        path = site / f"{number % 7}" / "x" / f"{number}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"page {number}", "utf-8")
    for hidden in (".nashra", "0/.hidden/x.html", "0/.x.tmp"):
        (site / hidden).parent.mkdir(exist_ok=True)
        (site / hidden).write_text("hidden", "utf-8")
    return site


def digest(site: Path, notes: str = "notes") -> str:
    folder = site.parent / notes
    folder.mkdir(exist_ok=True)
    return Sums(site, folder).look()


def test_sums_are_noted_and_need_no_second_look(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = digest(site)
    looked: list[str] = []
    read = Path.open

    def opened(path: Path, *how: object, **ways: object) -> object:
        if path.is_relative_to(site):
            looked.append(path.name)
        return read(path, *how, **ways)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", opened)
    monkeypatch.setattr("os.scandir", None)
    assert digest(site) == first and looked == []
    monkeypatch.undo()
    monkeypatch.setattr(Path, "open", opened)
    beside = site / "3" / ".new.tmp"
    beside.write_text("another", "utf-8")
    looked.clear()
    beside.replace(site / "3" / "x" / "3.html")
    changed = digest(site)
    assert looked == ["3.html"] and changed != first
    assert changed == digest(site, "elsewhere")


def test_notes_that_are_lost_or_torn_are_made_anew(site: Path) -> None:
    first = digest(site)
    for note in (site.parent / "notes").iterdir():
        note.write_bytes(note.read_bytes()[:10])
    assert digest(site) == first
    (site / "1" / "x" / "1.html").unlink()
    assert digest(site) == digest(site, "elsewhere") != first


@pytest.mark.parametrize("torn", [b"", b"\0" * 100, b"older", None], ids=["empty", "zeros", "older", "lost"])
def test_notes_of_which_some_are_lost_are_made_anew(site: Path, torn: bytes | None) -> None:
    """As a power cut leaves them: the index is there, what it tells of is empty, or is what was there before."""
    digest(site)
    notes = site.parent / "notes"
    older = {note.name: note.read_bytes() for note in notes.iterdir()}
    for number in range(7):
        (site / f"{number}" / "x" / "new.html").write_text("new", "utf-8")
    first = digest(site)
    for note in notes.iterdir():
        if note.name != "index":
            note.unlink() if torn is None else note.write_bytes(older[note.name] if torn == b"older" else torn)
    sums = Sums(site, notes)
    assert sums.look() == first
    assert sums.of("1/x/new.html") and sums.of("1/x/1.html")
    assert sums.folders().keys() == {first} and sums.pieces("2/x/").keys() == {
        Maps(sums.folders().get, DAMAGED).get(first, "2/x/")
    }


def test_a_name_that_no_store_takes_is_told(site: Path) -> None:
    (site / "1" / "\udcff.html").write_text("x", "utf-8")
    with pytest.raises(Problem, match="its name is not UTF-8"):
        digest(site)
