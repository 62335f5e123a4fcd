"""Releases: what is new is packed and summed, what is not is linked; one step from old to new; the way back."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import threading
from pathlib import Path

import brotli
import pytest
from sites import build

from nashra.errors import Problem
from nashra.publish.releases import Releases, files
from nashra.site.manifest import Manifest

SITE = "https://nashra.example"
LONG = "نص طويل يتكرر. " * 100


def page(text: str, *links: str) -> str:
    return f"<!doctype html><title>{text}</title><p>{LONG}" + "".join(f'<a href="{link}">x</a>' for link in links)


def publish(releases: Releases, site: dict[str, str], *, keep: int = 5, force: bool = False) -> str:
    build(releases, site)
    return releases.publish(SITE, "theme", written=site.keys(), keep=keep, force=force).done


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    return Releases(tmp_path / "public")


def test_what_the_public_sees_is_a_link_to_a_release(releases: Releases) -> None:
    site = {"index.html": page("a", "b.html"), "b.html": page("b"), ".well-known/feed-menu.json": "{}"}
    assert publish(releases, site) == "release 000001 with 3 new files is public"
    assert os.readlink(releases.public) == "public.releases/000001"  # noqa: PTH115
    assert {name: (releases.public / name).read_text("utf-8") for name in site} == site
    assert publish(releases, site) == "release 000001 shows all of it already"
    assert [one.name for one in releases.all()] == ["000001"]


def test_only_what_is_new_is_written(releases: Releases) -> None:
    publish(releases, {"index.html": page("a", "b.html"), "b.html": page("b")})
    first = files(releases.public)
    assert publish(releases, {"index.html": page("c", "b.html"), "b.html": page("b")}).endswith("1 new files is public")
    second = files(releases.public)
    same = {name for name in first if first[name].inode == second[name].inode}
    assert same == {"b.html", "b.html.br", "b.html.gz"}
    assert (releases.folder / "000001" / "index.html").read_text("utf-8") == page("a", "b.html")


def test_twins_hold_what_the_file_holds_and_are_as_old(releases: Releases) -> None:
    publish(
        releases,
        {"index.html": page("a"), "small.txt": "x", "photo.png": LONG, "search/a.json": '{"a": 1}' + " " * 999},
    )
    index = releases.public / "index.html"
    assert gzip.decompress((releases.public / "index.html.gz").read_bytes()) == index.read_bytes()
    assert brotli.decompress((releases.public / "index.html.br").read_bytes()) == index.read_bytes()
    for name in ("index.html.gz", "index.html.br"):
        assert (releases.public / name).stat().st_mtime_ns == index.stat().st_mtime_ns
    assert not (releases.public / "small.txt.gz").exists()
    assert not (releases.public / "photo.png.gz").exists()


def test_the_sums_are_those_of_sha256sum(releases: Releases) -> None:
    publish(releases, {"index.html": page("a", "عربي.html"), "عربي.html": page("b")})
    publish(releases, {"index.html": page("c", "عربي.html"), "عربي.html": page("b")})
    listed = (releases.folder / "000002.sha256").read_text("utf-8").splitlines()
    assert [line[66:] for line in listed] == sorted(files(releases.public))
    assert all(hashlib.sha256((releases.public / line[66:]).read_bytes()).hexdigest() == line[:64] for line in listed)
    checked = subprocess.run(
        ["sha256sum", "--check", "--quiet", "--strict", str(releases.folder / "000002.sha256")],
        cwd=releases.public,
        check=False,
    )
    assert checked.returncode == 0


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.html", page("a", "missing.html"), "links to missing.html, which is not there"),
        ("a.html", page("a", f"{SITE}/tag/%D8%A8.html"), "links to tag/ب.html"),
        ("2021/a.html", page("a", "../b/"), "links to b/index.html"),
        ("feeds/all.atom.xml", "<feed><entry>", "cannot be read"),
        ("feeds/all.rss.xml", "<html/>", "is no feed"),
        ("feeds/all.json", '{"items": ', "cannot be read"),
        ("feeds/all.json", '{"version": "1.1", "items": [{"url": "' + SITE + '/x.html"}]}', "links to x.html"),
        ("sitemap.xml", f"<urlset><url><loc>{SITE}/y.html</loc></url></urlset>", "links to y.html"),
    ],
)
def test_what_is_broken_is_not_shown(releases: Releases, name: str, text: str, told: str) -> None:
    whole = {
        "index.html": page("a", "a.html", "#top", "https://elsewhere.example/z", "mailto:x@y.z"),
        "a.html": page("a"),
    }
    publish(releases, whole)
    before = files(releases.public)
    with pytest.raises(Problem, match=told) as refused:
        publish(releases, whole | {name: text})
    assert refused.value.path == name
    assert files(releases.public) == before
    assert len(releases.all()) == 1


def test_a_hub_at_the_sites_own_address_is_no_file(releases: Releases) -> None:
    feed = f'<feed><link rel="hub" href="{SITE}/hub"/><link rel="self" href="{SITE}/feeds/all.atom.xml"/></feed>'
    assert "is public" in publish(releases, {"index.html": page("a"), "feeds/all.atom.xml": feed})
    with pytest.raises(Problem, match="links to hub"):
        publish(releases, {"index.html": page("a"), "feeds/all.atom.xml": feed.replace('"hub"', '"via"')})


def test_a_page_that_went_is_missed_where_an_old_page_leads_there(releases: Releases) -> None:
    site = {"index.html": page("a"), "old.html": page("o", "gone.html"), "gone.html": page("g")}
    publish(releases, site)
    del site["gone.html"]
    with pytest.raises(Problem, match=r"links to gone\.html"):
        publish(releases, site)
    publish(releases, site, force=True)
    assert not (releases.public / "gone.html").exists()


def test_files_that_vanished_are_missed(releases: Releases) -> None:
    build(releases, {"index.html": page("a")})
    with pytest.raises(Problem, match="files that the build wrote are gone"):
        releases.publish(SITE, "theme", written={"index.html", "b.html"}, keep=5, force=False)


def test_the_way_back_and_forth(releases: Releases) -> None:
    for text in "abc":
        publish(releases, {"index.html": page(text)})
    assert releases.roll_back().name == "000002"
    assert (releases.public / "index.html").read_text("utf-8") == page("b")
    assert releases.roll_back().name == "000001"
    with pytest.raises(Problem, match="no older release"):
        releases.roll_back()
    assert releases.roll_back("3").name == "000003"
    with pytest.raises(Problem, match="there is no release 9"):
        releases.roll_back("9")
    publish(releases, {"index.html": page("d")})
    assert releases.current and releases.current.name == "000004"


def test_no_way_back_to_what_was_withdrawn(releases: Releases) -> None:
    publish(releases, {"index.html": page("a", "2021/ب.html"), "2021/ب.html": page("secret"), ".gone.nginx": ""})
    publish(
        releases,
        {"index.html": page("a", "2021/ب.html"), "2021/ب.html": page("x"), ".gone.nginx": '"/2021/ب.html" 1;\n'},
    )
    with pytest.raises(Problem, match=r"still shows what was withdrawn since: /2021/ب\.html"):
        releases.roll_back()
    assert releases.roll_back(force=True).name == "000001"


def test_so_many_releases_are_kept_and_the_one_that_is_seen(releases: Releases) -> None:
    for text in "abcd":
        publish(releases, {"index.html": page(text)}, keep=2)
    assert [one.name for one in releases.all()] == ["000003", "000004"]
    assert sorted(path.name for path in releases.folder.glob("*.sha256")) == ["000003.sha256", "000004.sha256"]


def test_pages_in_readers_hands_keep_their_assets(releases: Releases) -> None:
    def site(digest: str) -> dict[str, str]:
        return {
            "index.html": page(digest, f"theme/main-{digest}.css"),
            f"theme/main-{digest}.css": f"/* {LONG} {digest} */",
        }

    old, new, newest = ("0123456789", "abcdefabcd", "00ff00ff00")
    publish(releases, site(old), keep=2)
    publish(releases, site(new), keep=2)
    assert (releases.public / f"theme/main-{old}.css.br").is_file()
    publish(releases, site(newest), keep=2)
    assert (releases.public / f"theme/main-{new}.css").is_file()
    publish(releases, {**site(newest), "more.html": page("m")}, keep=2)
    assert not (releases.public / f"theme/main-{old}.css").exists()
    publish(releases, site(old), keep=2)
    releases.roll_back()
    assert (releases.public / f"theme/main-{old}.css").is_file()


def test_a_folder_that_a_build_wrote_becomes_the_first_release(releases: Releases) -> None:
    releases.public.mkdir()
    (releases.public / "index.html").write_text("built in place", "utf-8")
    releases.check(lambda _: [])
    missing: list[str] = []
    over = threading.Event()

    def poll() -> None:
        while not over.is_set():
            try:
                (releases.public / "index.html").read_bytes()
            except OSError as error:
                missing.append(str(error))

    reader = threading.Thread(target=poll)
    reader.start()
    publish(releases, {"index.html": page("a")})
    over.set()
    reader.join()
    assert not missing
    assert (releases.public / "index.html").read_text("utf-8") == page("a")
    assert releases.roll_back().name == "000000"
    assert (releases.public / "index.html").read_text("utf-8") == "built in place"


def test_what_would_be_lost_or_overwritten_is_refused(releases: Releases, tmp_path: Path) -> None:
    releases.public.mkdir()
    with pytest.raises(Problem, match=r"files lie in it that no build wrote: notes\.html"):
        releases.check(lambda _: ["notes.html"])
    releases.check(lambda _: ["notes.html"], force=True)
    releases.public.rmdir()
    releases.public.write_text("a file", "utf-8")
    with pytest.raises(Problem, match="it is no folder"):
        releases.check(lambda _: [])
    releases.public.unlink()
    releases.public.symlink_to(tmp_path)
    with pytest.raises(Problem, match="leads to no release"):
        releases.check(lambda _: [])


def test_two_do_not_publish_at_once(releases: Releases) -> None:
    with releases.alone(), pytest.raises(Problem, match="somebody else"), Releases(releases.public).alone():
        raise AssertionError


def test_what_a_kill_left_is_in_nobodys_way(releases: Releases) -> None:
    publish(releases, {"index.html": page("a")})
    (releases.folder / ".making" / "theme").mkdir(parents=True)
    (releases.folder / ".making" / "half.html").write_text("half", "utf-8")
    releases.public.with_name(".public.link").symlink_to("nowhere")
    publish(releases, {"index.html": page("b")})
    assert not (releases.public / "half.html").exists()
    assert (releases.public / "index.html").read_text("utf-8") == page("b")


def test_what_an_editor_packed_stays_as_it_is(releases: Releases) -> None:
    site = {"index.html": page("a", "m.svg", "m.svg.gz"), "m.svg": f"<svg>{LONG}</svg>", "m.svg.gz": "my own"}
    publish(releases, site)
    assert (releases.public / "m.svg.gz").read_text("utf-8") == "my own"
    assert (releases.public / "m.svg.br").is_file()
    old = (releases.public / "m.svg.gz").resolve()
    publish(releases, {**site, "m.svg": f"<svg>{LONG} anew</svg>", "m.svg.gz": "my own, anew"})
    assert (releases.public / "m.svg.gz").read_text("utf-8") == "my own, anew"
    assert old.read_text("utf-8") == "my own"
    publish(releases, {"index.html": page("a")})
    assert [path.name for path in releases.public.glob("m.svg*")] == []


def test_only_what_the_theme_named_by_its_bytes_is_carried_on(releases: Releases) -> None:
    photo = "images/photo-2021070512.jpg"
    publish(releases, {"index.html": page("a", photo), photo: "x", "b.html": page("b", photo)})
    build(releases, {"index.html": page("a"), "b.html": page("b", photo)})
    with pytest.raises(Problem, match="it links to images"):
        releases.publish(SITE, "theme", written={"index.html", "b.html"}, keep=5, force=False)
    publish(releases, {"index.html": page("a"), "b.html": page("b")})
    assert not (releases.public / photo).exists()


def test_servers_may_read_it_whoever_built_it(releases: Releases) -> None:
    before = os.umask(0o077)
    try:
        publish(releases, {"index.html": page("a", "x/b.html"), "x/b.html": page("b")})
    finally:
        os.umask(before)
    for path in (releases.folder, releases.public.resolve(), *releases.public.resolve().rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path


def test_hidden_files_are_for_nobody(releases: Releases) -> None:
    site = {"index.html": page("a"), ".env": "secret", "x/.b.html.tmp": "half", ".well-known/x.json": "{}"}
    build(releases, {**site, ".gone.nginx": "", ".gone.caddy": ""})
    releases.publish(SITE, "theme", written={"index.html", ".gone.nginx", ".gone.caddy"}, keep=5, force=False)
    shown = {path.relative_to(releases.public).as_posix() for path in releases.public.rglob("*") if path.is_file()}
    assert {name.removesuffix(".gz").removesuffix(".br") for name in shown} == {
        *("index.html", ".well-known/x.json", ".gone.nginx", ".gone.caddy"),
    }


@pytest.mark.parametrize("address", [SITE, f"{SITE}:8443", f"{SITE}/ar", f"{SITE}/أخبار"])
def test_links_are_followed_as_readers_do(releases: Releases, address: str) -> None:
    """Right in every spelling, wherever the site lies; dead in every spelling."""
    there = ["a%20b.html", "a b.html", "x/", "x/index.html#top", "x/?q=1", "%D8%A8.html", "ب.html", f"{address}/ب.html"]
    there += [f"{address}/", address, address.upper()[:20] + address[20:], "mailto:x@y.z", "tel:1", "data:,x", "#top"]
    there += [address.removeprefix("https:") + "/x/", "https://else.example/nowhere", "javascript:void(0)", "", "?q=ب"]
    if address.endswith("/ar"):
        there += ["/ar/x/", "/elsewhere.html", f"{SITE}/elsewhere.html"]
    site = {
        "index.html": page("a", *there),
        "a b.html": page("b"),
        "x/index.html": page("c", ".."),
        "ب.html": page("d"),
    }
    build(releases, site)
    releases.publish(address, "theme", written=site.keys(), keep=5, force=False)
    dead = [
        "no.html",
        "x/no.html",
        f"{address}/no.html",
        address.removeprefix("https:") + "/no.html",
        "y/",
        "x/b%20a.html",
    ]
    for link in dead:
        build(releases, {**site, "index.html": page("a", link)})
        with pytest.raises(Problem, match="which is not there"):
            releases.publish(address, "theme", written=site.keys(), keep=5, force=False)
    for tag in ('<img srcset="x.png 1x, no.png 2x">', '<video poster="no.png">', '<object data="no.pdf">'):
        build(releases, {**site, "x.png": "x", "index.html": page("a") + tag})
        with pytest.raises(Problem, match="which is not there"):
            releases.publish(address, "theme", written=site.keys(), keep=5, force=False)


def test_an_old_release_that_cannot_be_removed_holds_nothing_up(
    releases: Releases, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(folder: Path) -> None:
        if folder.name.isdigit():
            raise PermissionError(1, "Operation not permitted", str(folder))
        shutil.rmtree(folder, ignore_errors=True)

    monkeypatch.setattr("nashra.publish.releases._remove", refuse)
    for text in "abc":
        assert publish(releases, {"index.html": page(text)}, keep=1).endswith("is public")
    assert "an old release cannot be removed (Operation not permitted)" in capsys.readouterr().err
    assert (releases.public / "index.html").read_text("utf-8") == page("c")


def test_going_back_makes_no_folder(releases: Releases) -> None:
    with pytest.raises(Problem, match="nothing is published there"):
        releases.roll_back()
    assert not releases.folder.exists()


def test_where_no_releases_can_be_kept(releases: Releases) -> None:
    releases.folder.write_text("x")
    with pytest.raises(Problem, match="no releases can be kept there"), releases.alone():
        pass


def test_a_link_to_a_folder_of_ones_own_is_named(tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "files").symlink_to(tmp_path)
    assert Manifest(tmp_path / "public", tmp_path / "public").foreign() == ["files"]
