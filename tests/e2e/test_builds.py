"""Building: the same bytes anywhere, bad seeds named and good ones published, identities kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import SEED, Site, new_site

GOOD = (
    "افتتاح معرض الكتاب\n"
    "افتتح وزير الثقافة معرض الكتاب بحضور عدد كبير من الناشرين.\n"
    "وأضاف الوزير أن المعرض يستمر أسبوعاً.\n"
)


def test_two_folders_two_worlds_the_same_bytes(tmp_path: Path, built: Site) -> None:
    other = new_site(tmp_path / "another place")
    result = other.build(TZ="Pacific/Kiritimati", LC_ALL="C", LANG="tr_TR.UTF-8", PYTHONHASHSEED="4242")
    assert result.returncode == 0, result.stderr
    assert other.tree() == built.tree()
    # The moment a story first came in is the clock's, noted once; no page or feed shows it.
    assert [event | {"seen": ""} for event in other.ledger()] == [event | {"seen": ""} for event in built.ledger()]


def test_a_second_build_writes_nothing(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site")
    assert site.build().returncode == 0
    before = {path: path.stat().st_mtime_ns for path in site.output.rglob("*") if path.is_file()}
    ledger = (site.seeds / "ledger.jsonl").read_bytes()
    result = site.build()
    assert "(0 files changed)" in result.stdout
    assert {path: path.stat().st_mtime_ns for path in site.output.rglob("*") if path.is_file()} == before
    assert (site.seeds / "ledger.jsonl").read_bytes() == ledger


def test_the_last_line_says_what_was_built_and_where(tmp_path: Path) -> None:
    result = new_site(tmp_path / "site").build()
    last = result.stdout.strip().splitlines()[-1]
    assert last.startswith("Nashra: 1 bulletin → 3 stories, ")
    assert last.endswith("Open output/index.html")


def test_deleting_the_cache_changes_no_byte(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site")
    site.build()
    before = site.tree()
    shutil.rmtree(site.folder / ".nashra")
    assert site.build().returncode == 0
    assert site.tree() == before


def test_each_output_folder_loses_what_is_gone_and_nothing_else(empty: Site) -> None:
    empty.seed("a.txt", GOOD)
    page = empty.output / "notes.html"
    empty.build()
    page.write_text("not ours", "utf-8")
    assert empty.build(OUTPUT="elsewhere").returncode == 0
    [promise] = empty.ledger()
    (empty.seeds / "a.txt").unlink()
    empty.seed("b.txt", SEED.read_bytes())
    for output in ("output", "elsewhere"):
        assert empty.build(OUTPUT=output).returncode == 0
        page_of_it = (empty.folder / output / str(promise["permalink"])).read_text("utf-8")
        assert 'content="noindex"' in page_of_it
        assert "الناشرين" not in page_of_it
    assert page.read_text("utf-8") == "not ours"


def test_a_foreign_database_is_made_anew(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site")
    site.build()
    before = site.tree()
    (site.folder / ".nashra" / "archive.db").write_bytes(b"this is no database" * 100)
    for path in (site.folder / ".nashra").glob("archive.db-*"):
        path.unlink()
    assert site.build().returncode == 0
    assert site.tree() == before


BAD = {
    "empty.txt": (b"", "empty"),
    "blank.txt": (b" \n\n", "empty"),
    "cp1256.txt": ("عنوان\nنص الخبر هنا".encode("cp1256"), "not UTF-8: byte 0x"),
    "nul.txt": ("عنوان\nنص\0الخبر".encode(), "NUL"),
    "large.txt": (b"x" * 60 * 2**20, "too large (60 MiB"),
    "report.docx": (b"PK\x03\x04", "not a .txt file"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_seed_is_named_and_costs_no_good_one(empty: Site, name: str) -> None:
    data, reason = BAD[name]
    empty.seed("good.txt", GOOD)
    empty.seed(name, data)
    result = empty.build()
    assert result.returncode == 1
    [line] = [line for line in result.stderr.splitlines() if name in line]
    assert line.startswith(f"seeds/{name}:")
    assert reason in line
    assert ";" in line
    assert "Traceback" not in result.stderr + result.stdout
    assert len(empty.ledger()) == 1
    assert "افتتاح معرض الكتاب" in (empty.output / "index.html").read_text("utf-8")


def test_links_pipes_and_devices_are_refused(empty: Site, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("سرّ\nلا ينبغي أن يُنشر هذا النص.\n")
    empty.seed("good.txt", GOOD)
    (empty.seeds / "link.txt").symlink_to(secret)
    (empty.seeds / "loop").symlink_to(empty.seeds)
    os.mkfifo(empty.seeds / "pipe.txt")
    result = empty.build()
    assert result.returncode == 1
    for name in ("link.txt", "loop", "pipe.txt"):
        assert len([line for line in result.stderr.splitlines() if line.startswith(f"seeds/{name}: ")]) == 1
    assert len(empty.ledger()) == 1
    assert not any(b"\xd8\xb3\xd8\xb1\xd9\x91" in data for data in empty.tree().values())


def test_a_seed_that_turns_bad_keeps_what_it_published(empty: Site) -> None:
    empty.seed("good.txt", GOOD)
    assert empty.build().returncode == 0
    before = empty.tree()
    empty.seed("good.txt", b"\xff\xfe\xff")
    assert empty.build().returncode == 1
    assert empty.tree() == before


def test_a_page_and_a_picture_that_turn_bad_stay_as_they_were(empty: Site) -> None:
    empty.seed("a.txt", GOOD)
    content = empty.folder / "content"
    (content / "images").mkdir()
    page, picture = content / "pages" / "us.md", content / "images" / "x.svg"
    page.write_text("Title: من نحن\n\nنص الصفحة.\n", "utf-8")
    picture.write_text("<svg/>", "utf-8")
    assert empty.build().returncode == 0
    before = empty.tree()
    page.write_bytes(b"Title: \xff\n\n\xff\n")
    picture.unlink()
    picture.symlink_to("/etc/hostname")
    for _ in range(2):
        result = empty.build()
        assert result.returncode == 1
        assert [line.split(":")[0] for line in sorted(result.stderr.splitlines())] == [
            "content/images/x.svg",
            "content/pages/us.md",
        ]
        for name in ("pages/من-نحن.html", "images/x.svg"):
            assert empty.tree()[name] == before[name]
        # What has everything made anew does not cost them either.
        (empty.folder / "theme" / "templates" / "new.html").write_text("", "utf-8")
    page.write_text("Title: من نحن\n\nنص الصفحة.\n", "utf-8")
    picture.unlink()
    assert empty.build().returncode == 0
    assert "images/x.svg" not in empty.tree()
    assert "pages/من-نحن.html" in empty.tree()


def test_markup_in_wire_copy_is_text(empty: Site) -> None:
    hostile = "<script>alert(1)</script> & {{ 7*7 }} [x]({static}../secret) <img src=x onerror=alert(1)>"
    empty.seed("h.txt", f"عنوان {hostile}\nقال المتحدث: {hostile}\n")
    assert empty.build().returncode == 0
    for path, data in empty.tree().items():
        if path.endswith((".html", ".xml")):
            assert b"<script>" not in data, path
            assert b"<img" not in data, path
            assert b">49<" not in data, path
    assert any(b"{{ 7*7 }}" in data for data in empty.tree().values())


def test_a_correction_keeps_id_and_link_and_says_when(empty: Site) -> None:
    empty.seed("a.txt", GOOD)
    empty.build()
    [promise] = empty.ledger()
    empty.seed("a.txt", GOOD.replace("معرض الكتاب\n", "معرض الكتاب الدولي\n"))
    empty.build()
    first, edit = empty.ledger()
    assert first == promise
    assert (edit["event"], edit["id"]) == ("edit", promise["id"])
    page = (empty.output / str(promise["permalink"])).read_text("utf-8")
    assert "معرض الكتاب الدولي" in page


def test_a_renamed_seed_keeps_its_promises(empty: Site) -> None:
    empty.seed("a.txt", SEED.read_bytes())
    empty.build()
    before = empty.tree()
    (empty.seeds / "a.txt").rename(empty.seeds / "b.txt")
    assert empty.build().returncode == 0
    assert empty.tree() == before
    assert [event["event"] for event in empty.ledger()] == ["publish"] * 3 + ["edit"] * 3


def test_markdown_articles_and_pages_join_the_wire_copy(empty: Site) -> None:
    empty.seed("a.txt", SEED.read_bytes())
    (empty.folder / "content" / "articles" / "opinion.md").write_text(
        "Title: رأي في الأمن السيبراني\nDate: 2021-07-25 10:30\nCategory: cyber\nTags: بوتين, رأي\n"
        "Author: سلمى نجار\n\n"
        "هذا **رأي** مكتوب [باليد](https://example.org/).\n",
        "utf-8",
    )
    assert empty.build().returncode == 0
    for listing in ("category/cyber.html", "tag/بوتين.html", "author/سلمى-نجار.html"):
        assert "رأي في الأمن السيبراني" in (empty.output / listing).read_text("utf-8"), listing
    for feed in ("category/cyber.rss.xml", "tag/بوتين.atom.xml", "author/سلمى-نجار.rss.xml"):
        assert "&lt;strong&gt;رأي&lt;/strong&gt;" in (empty.output / "feeds" / feed).read_text("utf-8"), feed
    [event] = [event for event in empty.ledger() if str(event["seed"]).endswith("opinion.md")]
    assert "<strong>رأي</strong>" in (empty.output / str(event["permalink"])).read_text("utf-8")


@pytest.mark.parametrize("status", ["draft", "hidden"])
def test_a_draft_has_an_address_and_is_in_no_list(empty: Site, status: str) -> None:
    empty.seed("a.txt", GOOD)
    (empty.folder / "content" / "articles" / "later.md").write_text(
        f"Title: مقال لم ينشر بعد\nDate: 2021-07-25\nCategory: cyber\nStatus: {status}\n\nنص **مهم**.\n", "utf-8"
    )
    assert empty.build().returncode == 0
    showing = [path for path, data in empty.tree().items() if "مقال لم ينشر بعد".encode() in data]
    assert len(showing) == 1
    page = empty.tree()[showing[0]].decode()
    assert "<strong>مهم</strong>" in page
    assert "25 تموز/يوليو 2021" in page
    assert len(empty.ledger()) == 1


def test_pelican_alone_builds_the_site(empty: Site) -> None:
    empty.seed("a.txt", GOOD)
    command = [str(Path(sys.executable).with_name("pelican"))]
    result = subprocess.run(command, cwd=empty.folder, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    assert "معرض الكتاب" in (empty.output / "index.html").read_text("utf-8")


def test_a_wrong_setting_is_one_line(empty: Site) -> None:
    empty.seed("a.txt", GOOD)
    result = empty.build("-e", 'NASHRA_DOMAIN="not a domain"')
    assert result.returncode == 1
    assert "NASHRA_DOMAIN" in result.stderr
    assert "Traceback" not in result.stderr


def test_no_seeds_folder_is_one_line(empty: Site) -> None:
    empty.seeds.rmdir()
    result = empty.build()
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith("seeds: there is no such folder; ")


def test_pelicans_simple_theme_renders_the_site(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site")
    overrides = ('DIRECT_TEMPLATES=["index", "categories", "tags", "authors", "archives"]', "CSS_FILE=null")
    result = site.build("-t", "simple", "-e", *overrides)
    assert result.returncode == 0, result.stderr
    assert "لافروف" in (site.output / "index.html").read_text("utf-8")
