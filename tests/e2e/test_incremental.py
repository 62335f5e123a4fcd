"""Correct before fast: whatever happened since the last build, the site is byte for byte what a new one would be."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pelican
import pytest

from conftest import Site, new_site
from nashra import cli
from nashra.archive.store import Archive
from nashra.search import index
from nashra.site import shares  # loads all of it before the builds fork

PEOPLE = ["فلاديمير بوتين", "سيرغي لافروف", "دميتري بيسكوف", "أنطونيو غوتيريش", "مريم الصادق المهدي", "محمود عباس"]
PLACES = ["موسكو", "الخرطوم", "القاهرة", "بغداد", "الرياض", "واشنطن", "طهران", "بكين"]
BODIES = ["الحرس الوطني الروسي", "الأمم المتحدة", "جامعة الدول العربية", "وزارة الدفاع الروسية"]
EVENTS = ["مناورات زاباد 2021", "مناورات درع الشمال 2021", "قمة العشرين"]
DEEDS = ["بحث {} في {} سبل مواجهة الهجمات السيبرانية", "التقى {} في {} وفدا من المستثمرين لبحث أسعار النفط"]
DEEDS += ["أعلن {} من {} انطلاق تدريبات عسكرية واسعة", "افتتح {} في {} مستشفى جديدا", "حضر {} في {} نهائي كأس القارة"]
LEAD = ["أمنيا، ", "وفي شأن آخر، ", "", "وأضاف أن العمل مستمر. ", ""]


class History:
    """A newsroom that does at random what newsrooms do, and a site that follows it build by build."""

    def __init__(self, number: int, folder: Path) -> None:
        self.chance = random.Random(number)
        self.folder = folder
        self.site = new_site(folder / "site", seed=False)
        # Of lists this long, many pages are old ones, and threads have more than one.
        self.configure("DEFAULT_PAGINATION = 20", f"DEFAULT_PAGINATION = {2 + number % 3 if number else 20}")
        self.clock = 1_626_700_000
        self.texts: dict[str, str] = {}
        self.gone: list[tuple[str, str]] = []
        for _ in range(14):
            self.add()

    def configure(self, old: str, new: str) -> None:
        conf = self.site.folder / "pelicanconf.py"
        assert old in conf.read_text("utf-8")
        conf.write_text(conf.read_text("utf-8").replace(old, new), "utf-8")

    # --- what may happen ----------------------------------------------------------------------------------------

    def paragraph(self) -> str:
        pick = self.chance.choice
        told = pick(LEAD) + pick(DEEDS).format(pick(PEOPLE), pick(PLACES))
        if self.chance.random() < 0.4:
            told += f" على هامش {pick(EVENTS)}"
        if self.chance.random() < 0.3:
            told += f"، وتستمر حتى {self.chance.randrange(1, 29)} {pick(['أغسطس', 'أيلول'])} 2021"
        return f"{told}، بحسب {pick(BODIES)}. رقم {self.chance.randrange(9999)}."

    def add(self) -> None:
        month, day = self.chance.choice([(7, 19), (7, 20), (7, 21), (6, 3), (5, 1)])
        name = f"2021-{month:02}-{day:02}-{self.chance.randrange(10_000)}.txt"
        title = f"{self.chance.choice(PEOPLE)} في {self.chance.choice(PLACES)}"
        body = [self.paragraph() for _ in range(self.chance.randint(1, 4))]
        header = f"الوسوم: {self.chance.choice(PLACES)}، ملف خاص\n\n" if self.chance.random() < 0.2 else ""
        self.texts[name] = header + "\n".join([title, *body]) + "\n"

    def some(self) -> str:
        return self.chance.choice(sorted(self.texts))

    def edit_body(self) -> None:
        name = self.some()
        lines = self.texts[name].splitlines()
        lines[-1] = self.chance.choice([self.paragraph(), lines[-1] + " وأكد ذلك."])
        self.texts[name] = "\n".join(lines) + "\n"

    def edit_headline(self) -> None:
        name = self.some()
        self.texts[name] = self.texts[name].replace(" في ", " يزور ", 1)

    def retag(self) -> None:
        name = self.some()
        text = self.texts[name].partition("\n\n")[2] or self.texts[name]
        tags = "، ".join(self.chance.sample([*PLACES, "ملف خاص", "تحقيق"], 2))
        self.texts[name] = f"الوسوم: {tags}\nالتصحيح: صححت الوسوم\n\n{text}"

    def file_elsewhere(self) -> None:
        name = self.some()
        text = self.texts[name].partition("\n\n")[2] or self.texts[name]
        self.texts[name] = f"القسم: {self.chance.choice(['sport', 'economy', 'cyber'])}\n\n{text}"

    def rename(self) -> None:
        name = self.some()
        self.texts[f"2021-07-{self.chance.randrange(10, 30)}-r{self.chance.randrange(999)}.txt"] = self.texts.pop(name)

    def withdraw(self) -> None:
        name = self.some()
        self.gone.append((name, self.texts.pop(name)))

    def bring_back(self) -> None:
        if self.gone:
            name, text = self.gone.pop(self.chance.randrange(len(self.gone)))
            self.texts[name] = text

    def take_back(self) -> None:
        """Have a story withdrawn whose seed stays, or published again."""
        published = [str(event["id"]) for event in self.site.ledger() if event["event"] == "publish"]
        undo = ["--undo"] if self.chance.random() < 0.3 else ["--reason", f"سبب {self.chance.randrange(9)}"]
        seeds = str(self.site.seeds)
        assert cli.main(["withdraw", self.chance.choice(published), *undo, "--seeds", seeds]) == 0

    def change_topics(self) -> None:
        path = self.site.folder / "topics.toml"
        path.write_text(
            path.read_text("utf-8").replace('"مستشفى', f'"كلمة{self.chance.randrange(99)}", "مستشفى', 1), "utf-8"
        )

    def change_template(self) -> None:
        path = self.site.folder / "theme" / "templates" / "article.html"
        path.write_text(path.read_text("utf-8") + f"<!-- {self.chance.randrange(99)} -->\n", "utf-8")

    def write_by_hand(self) -> None:
        path = self.site.folder / "content" / "articles" / f"{self.chance.randrange(3)}.md"
        text = f"Title: مقال {path.stem}\nDate: 2021-07-1{path.stem}\nTags: {self.chance.choice(PLACES)}\n\n"
        path.write_text(f"{text}نص {self.chance.randrange(99)}.\n", "utf-8")

    def lose_files(self) -> None:
        files = [path for path in sorted(self.site.output.rglob("*")) if path.is_file()]
        for path in self.chance.sample(files, min(5, len(files))):
            path.unlink()

    def lose_the_cache(self) -> None:
        shutil.rmtree(self.site.folder / ".nashra", ignore_errors=True)

    def be_killed(self) -> None:
        self.write()
        build = subprocess.Popen(
            [Path(sys.executable).with_name("pelican"), "-s", "pelicanconf.py"],
            cwd=self.site.folder,
            env=os.environ | environ(self.clock),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(self.chance.uniform(0.6, 2.2))
        build.send_signal(signal.SIGKILL)
        build.wait()

    def be_killed_and_think_better_of_it(self) -> None:
        before = dict(self.texts)
        self.chance.choice([self.add, self.edit_body, self.withdraw, self.rename])()
        self.be_killed()
        self.texts = before

    # --- building -------------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Bring the seeds folder in line with what the newsroom has; what did not change is not touched."""
        for path in self.site.seeds.rglob("*.txt"):
            if path.name not in self.texts:
                path.unlink()
        for name, text in self.texts.items():
            path = self.site.seeds / name
            if not path.exists() or path.read_text("utf-8") != text:
                self.site.seed(name, text)

    def build(self) -> None:
        self.clock += 3_600
        self.write()
        build(self.site.folder, self.clock)

    def anew(self) -> Site:
        """Return a site made anew from the same seeds, ledger, content, theme and topics."""
        whole = Site(self.folder / "whole")
        shutil.rmtree(whole.folder, ignore_errors=True)
        shutil.copytree(self.site.folder, whole.folder, ignore=shutil.ignore_patterns("output", ".nashra"))
        build(whole.folder, self.clock + 1, large=self.chance.choice([0, shares.LARGE]))
        return whole

    @property
    def acts(self) -> list[Callable[[], None]]:
        common = [self.add, self.add, self.edit_body, self.edit_headline, self.retag, self.file_elsewhere, self.rename]
        rare = [self.change_topics, self.change_template, self.write_by_hand, self.lose_files, self.lose_the_cache]
        return [
            *common * 2,
            self.withdraw,
            self.withdraw,
            self.take_back,
            self.take_back,
            self.bring_back,
            *rare,
            self.be_killed,
            self.be_killed_and_think_better_of_it,
        ]


def environ(clock: int) -> dict[str, str]:
    return {"SEEDS": "seeds", "OUTPUT": "output", "STATE": ".nashra", "SOURCE_DATE_EPOCH": str(clock), "FORCE": "1"}


def _pelican(folder: Path, clock: int, log: Path, large: int, die_behind: str) -> None:
    shares.LARGE = large
    # Few stories make several eras of the search index.
    index._UNDIVIDED, index._LEAST = 12, 5
    if die_behind:
        method = getattr(Archive, die_behind)

        def die(*given: object) -> None:
            method(*given)
            os._exit(9)

        setattr(Archive, die_behind, die)
    os.chdir(folder)
    os.environ |= environ(clock)
    with log.open("w", encoding="utf-8") as out, contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        pelican.main(["-s", "pelicanconf.py"])


def build(folder: Path, clock: int, *, large: int = shares.LARGE, die_behind: str = "") -> None:
    """Build in a process of its own that need not load everything again; sites of ``large`` stories in two. It may be
    made to ``die_behind`` a method of the archive."""
    log = folder.parent / "build.log"
    made = multiprocessing.get_context("fork").Process(target=_pelican, args=(folder, clock, log, large, die_behind))
    made.start()
    made.join()
    assert made.exitcode == (9 if die_behind else 0), log.read_text("utf-8")


def assert_same(site: Site, whole: Site) -> None:
    mine, others = site.tree(), whole.tree()
    assert sorted(mine) == sorted(others)
    assert [name for name in mine if mine[name] != others[name]] == []


def follow(history: History, steps: int) -> None:
    """Let things happen, a few between two builds, and compare after each build."""
    history.build()
    done = []
    for _ in range(steps):
        acts = history.chance.choices(history.acts, k=history.chance.choice([1, 1, 2, 3]))
        for act in acts:
            act()
            if not history.texts:
                history.add()
        done.append([act.__name__ for act in acts])
        history.build()
        whole = history.anew()
        with contextlib.suppress(FileNotFoundError):
            assert history.site.ledger() == whole.ledger()
        try:
            assert_same(history.site, whole)
        except AssertionError as error:
            raise AssertionError(f"after {done}") from error


def test_a_few_steps(tmp_path: Path) -> None:
    follow(History(0, tmp_path), 8)


def test_with_a_theme_that_shows_on_each_page_what_is_new_elsewhere(tmp_path: Path) -> None:
    history = History(31, tmp_path)
    templates = history.site.folder / "theme" / "templates"
    for name, more in (
        ("article.html", "{% for each in articles[:3] %}{{ each.title }}{% endfor %}{{ tags | length }}"),
        ("tag.html", "{{ articles_page.number }} / {{ articles_paginator.num_pages }}"),
        ("category.html", "{% for each, its in categories %}{{ its | length }}{% endfor %}{{ threads[0] }}"),
        ("period_archives.html", "{% for each in authors %}{{ each }}{% endfor %}{{ all_articles[0].title }}"),
    ):
        path = templates / name
        path.write_text(path.read_text("utf-8").replace("{% block main %}", "{% block main %}" + more), "utf-8")
        if "block main" not in path.read_text("utf-8"):
            path.write_text(
                path.read_text("utf-8") + "{% block main %}" + more + "{{ super() }}{% endblock %}", "utf-8"
            )
    follow(history, 4)


def test_with_another_theme(tmp_path: Path) -> None:
    history = History(32, tmp_path)
    conf = history.site.folder / "pelicanconf.py"
    named = '"categories", "tags", "authors", "archives"]'
    text = conf.read_text("utf-8").replace('THEME = "theme"', 'THEME = "simple"\nCSS_FILE = None')
    text = text.replace(
        'DIRECT_TEMPLATES = ["index", "categories", "tags", "authors", "archives", ',
        f'DIRECT_TEMPLATES = ["index", {named} + [',
    )
    conf.write_text(text.replace('+ ["feeds", "search", "404"]', ""), "utf-8")
    history.change_template = lambda: None  # type: ignore[method-assign]
    follow(history, 4)


def test_two_processes_make_the_same_site(tmp_path: Path) -> None:
    history = History(36, tmp_path)
    history.write_by_hand()
    history.build()
    before = history.site.tree()
    shutil.rmtree(history.site.output)
    build(history.site.folder, history.clock, large=0)
    assert history.site.tree() == before
    assert not (history.site.folder / ".nashra" / "writing").exists()
    # What was noted of either half serves the next build.
    history.add()
    history.build()
    assert_same(history.site, history.anew())


def test_two_pages_with_one_address_in_two_processes(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site")
    conf = site.folder / "pelicanconf.py"
    conf.write_text(conf.read_text("utf-8") + 'TAG_SAVE_AS = TAG_URL = "tag/one.html"\n', "utf-8")
    trees = []
    for large in (shares.LARGE, 0):
        shutil.rmtree(site.output, ignore_errors=True)
        # As long as it is not mended, it is said.
        for _ in range(2):
            with pytest.raises(AssertionError, match="two pages want this address"):
                build(site.folder, 1_626_700_000, large=large)
            assert "Traceback" not in (site.folder.parent / "build.log").read_text("utf-8")
        trees.append(site.tree())
    assert trees[0] == trees[1]


def test_nothing_is_made_again_where_nothing_changed(tmp_path: Path) -> None:
    history = History(33, tmp_path)
    history.build()
    times = {path: path.stat().st_mtime_ns for path in sorted(history.site.output.rglob("*"))}
    history.build()
    assert {path: path.stat().st_mtime_ns for path in sorted(history.site.output.rglob("*"))} == times


def test_a_new_story_changes_few_files(tmp_path: Path) -> None:
    """What a story adds to a site must not depend on how much is there: no page of a story but its neighbour's."""
    history = History(34, tmp_path)
    text = "القسم: domestic\n\nافتتاح حديقة\nافتتح المجلس البلدي حديقة عامة واسعة في الحي {}.\n"
    history.texts["2021-07-28-old.txt"] = text.format("القديم")
    history.build()
    before = history.site.tree()
    history.site.seed("2021-07-29-new.txt", text.format("الجديد"))
    build(history.site.folder, history.clock + 1)
    after = history.site.tree()
    changed = {name for name in after if before.get(name) != after[name]}
    stories = {name for name in changed if name.startswith("20") and not name.endswith("index.html")}
    assert len(stories) == 2
    assert not [
        name for name in changed if name.startswith(("tag/", "feeds/tag/", "cards/", "threads/")) and name in before
    ]


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 11))
def test_many_steps(number: int, tmp_path: Path) -> None:
    follow(History(number, tmp_path), 20)


def test_it_says_where_the_time_went_and_why_each_page_was_made(tmp_path: Path) -> None:
    history = History(35, tmp_path)
    history.build()
    history.edit_body()
    history.write()
    lines = told(history.site)
    assert "intake 0." in lines and "feeds 0." in lines
    assert "the story changed" in lines and "beside a story that changed, or may name it" in lines
    [path] = history.chance.sample(sorted(history.site.output.glob("tag/*.html")), 1)
    path.unlink()
    assert f"tag/{path.stem}: a file of it was gone" in told(history.site)
    history.change_template()
    assert "the theme, the settings, the sections or the program changed" in told(history.site)


def told(site: Site) -> str:
    """Return what a build says when it is asked for everything, in one line."""
    result = site.build("--debug", "--log-handler", "plain")
    assert result.returncode == 0, result.stdout + result.stderr
    return " ".join((result.stdout + result.stderr).split())


@pytest.mark.parametrize("act", ["add", "edit_body", "edit_headline", "withdraw", "rename"])
def test_a_build_killed_behind_its_promises_and_the_change_taken_back(act: str, tmp_path: Path) -> None:
    history = History(40, tmp_path)
    history.build()
    before = dict(history.texts)
    getattr(history, act)()
    history.write()
    build(history.site.folder, history.clock + 60, die_behind="keep_promises")
    history.texts = before
    history.build()
    whole = history.anew()
    assert history.site.ledger() == whole.ledger()
    assert_same(history.site, whole)


def test_what_another_machine_published_and_withdrew(tmp_path: Path) -> None:
    history = History(41, tmp_path)
    history.build()
    other = Site(tmp_path / "other")
    shutil.copytree(history.site.folder, other.folder)
    added = other.seed("2021-07-25-x.txt", history.texts[history.some()].replace("رقم", "عدد"))
    build(other.folder, history.clock + 100)
    added.unlink()
    build(other.folder, history.clock + 200)
    shutil.copy(other.seeds / "ledger.jsonl", history.site.seeds)
    history.build()
    assert_same(history.site, history.anew())


def test_an_event_that_becomes_a_running_story_gets_all_its_pages(tmp_path: Path) -> None:
    history = History(42, tmp_path)
    told = "العنوان {0}\nشارك {1} في مناورات الدرع 2021 قرب {2}. رقم {0}.\n"
    for number in range(9):
        name = f"2021-06-03-e{number}.txt"
        history.texts[name] = told.format(number, PEOPLE[number % 6], PLACES[number % 8])
    history.build()
    history.texts["2021-07-30-e.txt"] = told.format(99, PEOPLE[0], PLACES[0])
    history.build()
    assert len(list(history.site.output.glob("threads/*/1.html"))) > 0
    assert_same(history.site, history.anew())


def test_a_folder_of_ours_that_is_gone_and_one_in_a_pages_place(tmp_path: Path) -> None:
    history = History(43, tmp_path)
    history.build()
    name = history.some()
    year, month, day, _ = name.split("-", 3)
    shutil.rmtree(history.site.output / year / month / day)
    del history.texts[name]
    history.build()
    assert_same(history.site, history.anew())
    page = history.site.output / "tags.html"
    page.unlink()
    page.mkdir()
    with pytest.raises(AssertionError, match=r"tags\.html: a folder lies in the place of this page; move it elsewhere"):
        history.build()
    page.rmdir()
    history.build()
    assert_same(history.site, history.anew())


def test_a_damaged_archive_is_made_anew(tmp_path: Path) -> None:
    history = History(44, tmp_path)
    history.build()
    path = history.site.folder / ".nashra" / "archive.db"
    data = bytearray(path.read_bytes())
    data[8192:-4096] = b"\xaa" * (len(data) - 8192 - 4096)
    path.write_bytes(data)
    history.build()
    assert_same(history.site, history.anew())


def test_the_frame_is_all_that_pages_are_made_of(tmp_path: Path) -> None:
    history = History(45, tmp_path)
    (history.site.folder / "more").mkdir()
    part = history.site.folder / "theme" / "templates" / "part.svg"
    part.write_text("<!-- 1 -->", "utf-8")
    article = history.site.folder / "theme" / "templates" / "article.html"
    text = article.read_text("utf-8").replace(
        "{% block main %}", '{% block main %}{% include "part.svg" %}{{ said() }}{{ edition }}'
    )
    article.write_text(text, "utf-8")
    conf = 'import datetime\nTHEME_TEMPLATES_OVERRIDES = ["more"]\n'
    conf += 'JINJA_GLOBALS = {"edition": datetime.date(2021, 7, 1), "said": lambda: "one"}\n'
    history.configure("DEFAULT_LANG", conf + "DEFAULT_LANG")
    history.build()
    for change in (
        lambda: part.write_text("<!-- 2 -->", "utf-8"),
        lambda: history.configure('lambda: "one"', 'lambda: "two"'),
        lambda: history.configure("datetime.date(2021, 7, 1)", "datetime.date(2021, 7, 2)"),
        lambda: (history.site.folder / "more" / "thread.html").write_text("nothing", "utf-8"),
        (history.site.folder / "theme" / "static" / "feed.css").unlink,
    ):
        change()
        history.build()
        assert_same(history.site, history.anew())


def test_what_is_gone_goes_though_the_list_of_files_is_lost(tmp_path: Path) -> None:
    history = History(46, tmp_path)
    history.build()
    (history.site.output / ".nashra").unlink()
    history.withdraw()
    history.build()
    assert_same(history.site, history.anew())
