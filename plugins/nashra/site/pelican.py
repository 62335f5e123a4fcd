"""One build, from seeds to site, as Pelican runs it."""

from __future__ import annotations

import locale
import logging
import os
import sqlite3
import sys
import time
import tomllib
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import FileSystemBytecodeCache
from pelican import Pelican, get_instance
from pelican.generators import ArticlesGenerator, PagesGenerator, StaticGenerator
from watchfiles import watch

from nashra.arabic.plurals import count
from nashra.archive import intake
from nashra.archive.store import Archive
from nashra.desk.analyse import Desk
from nashra.errors import Problem, shown, tell
from nashra.memory import settle
from nashra.publish.places import is_elsewhere, remote
from nashra.publish.releases import Releases
from nashra.publish.target import Target
from nashra.settings import Settings
from nashra.site import cluster
from nashra.site.cards import Cards
from nashra.site.content import Fenced, Slips
from nashra.site.contents import Kept, isolated_html
from nashra.site.generator import HandWrittenPages, Ready, StoriesGenerator
from nashra.site.manifest import Manifest
from nashra.site.progress import Laps
from nashra.site.sitemaps import Sitemaps
from nashra.site.static import StaticFiles
from nashra.site.webapp import WebApp
from nashra.site.work import Conflict
from nashra.site.writer import NashraWriter

_log = logging.getLogger(__name__)
# How long, in milliseconds, nothing more must be saved before a build begins, and how long one waits for that at most.
_QUIET, _LONGEST = 10, 100
# In seconds: while files are watched, to look over the output folder at each save costs more than the save.
_LOOK_AGAIN = 30
_STEAD = {ArticlesGenerator: StoriesGenerator, PagesGenerator: HandWrittenPages, StaticGenerator: StaticFiles}


class Nashra(Pelican):
    """Pelican with the archive behind its articles. Use it as PELICAN_CLASS = "nashra.Nashra"."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._kept = Kept()
        # As they were asked for: those who are hired to make a part of the site begin with them, too.
        self._asked = dict(settings)
        self._hired = False
        settings["JINJA_ENVIRONMENT"] = {**settings["JINJA_ENVIRONMENT"], "autoescape": True, **_compiled(settings)}
        settings["JINJA_GLOBALS"] = {
            "count": count,
            "isolated": isolated_html,
            "kept": self._kept,
            "ui": _strings(settings),
            **settings["JINJA_GLOBALS"],
        }
        self._settings = Settings()
        self._last_desk: Desk | None = None
        self._seeds = intake.Listing(Path())
        self._looked = 0.0
        # What was saved since the last build, where someone watches; a build without it looks at everything.
        self._saved_now: set[Path] | None = None
        # What undoes the build that is going on.
        self._give_up: Callable[[], None] = lambda: None
        self._static_paths = list(settings["STATIC_PATHS"])
        target = str(settings.get("NASHRA_TARGET", "")) if settings.get("NASHRA_RELEASES") else ""
        if target and not is_elsewhere(target):
            settings["OUTPUT_PATH"] = str(Path(target).absolute())
        releases = Releases(Path(settings["OUTPUT_PATH"]))
        self._releases = releases if settings.get("NASHRA_RELEASES") else None
        # Where it is published in the stead of the releases of this machine.
        self._elsewhere = target if is_elsewhere(target) else ""
        self._remote: Target | None = None
        self._public = releases.public
        if self._releases:
            settings["OUTPUT_PATH"] = str(releases.next)
        super().__init__(settings)

    def _get_generator_classes(self) -> list[Any]:
        kinds = [self._given(_STEAD.get(kind, kind)) for kind in super()._get_generator_classes()]
        return [*kinds, partial(_Last, self._finish)]

    def _given(self, kind: type) -> Any:
        """Return ``kind``, or for those that read the content folder a maker: it hands the generator the list of what
        is wrong there, and the stories' its archive."""
        if not issubclass(kind, Fenced):
            return kind

        def make(**kwargs: Any) -> Fenced:
            generator: Fenced = kind(**kwargs)
            generator.slips = self._slips
            if not isinstance(generator, StoriesGenerator):
                return generator
            self._stories = generator
            self._stories.open(
                self._settings,
                self._archive,
                self._desk,
                self._laps,
                self._whole,
                self._seeds,
                self._saved_now,
                self._looks(),
                self._asked,
                self._hired,
            )
            return self._stories

        return make

    def _looks(self) -> bool:
        """Tell whether to look for deleted files in this build: where every save is followed by one, now and then."""
        now = time.monotonic()
        looks = self._saved_now is None or now - self._looked > _LOOK_AGAIN
        self._looked = now if looks else self._looked
        return looks

    def _get_writer(self) -> NashraWriter:
        self._writer = NashraWriter(self.output_path, settings=self.settings)
        self._give_up = self._writer.give_up
        return self._writer

    def run(self) -> None:
        """Build the site; end with one line on what was built, and exit 1 when an editor must mend something.

        While Pelican reloads on change it only says so: the next save builds again.
        """
        asked = _reloading()
        if asked:
            self._follow(asked)
        elif self._build_or_say():
            raise SystemExit(1)

    def _build_or_say(self, saved: set[Path] | None = None) -> list[Problem]:
        """Build; print what an editor must mend, and return it. ``saved`` is all that was saved since the last build,
        None where that is not known."""
        problems: list[Problem] = []
        try:
            self._settings = Settings.read(self.settings)
            self._saved_now = saved
            if self._seeds.folder != (folder := self._settings.seeds.resolve()):
                self._seeds = intake.Listing(folder)
            self._check_places()
            with self._releases.alone() if self._releases else nullcontext():
                problems = self._build()
                done = self._publish() if self._releases else ""
            self._report(done)
        except Problem as stopped:
            problems = [stopped]
        tell(*problems)
        return problems

    def _follow(self, asked: Namespace) -> None:
        """Build, and again whenever something is saved; never returns but to be interrupted.

        Pelican's own loop starts to watch when a build is over, and waits longer than a build takes; this one misses
        nothing and waits for nothing.
        """
        site = self
        while True:
            built, settings_file = False, Path(asked.settings).resolve()
            for changed in site._saved(settings_file):
                if built and not changed:
                    continue
                # What was saved before this watch began is not known.
                saved, built = changed if built else None, True
                try:
                    if settings_file in changed:
                        site, saved = get_instance(asked)[0], None
                    site._build_or_say(saved)
                except Exception as error:  # a template half written must not end the day's work
                    _log.error("The site is as it was: %s: %s", type(error).__name__, error)
                if settings_file in changed or any(path.is_file() and path in site._watched for path in changed):
                    # Other folders may be named; and most editors put a new file in the place of the old one, which was
                    # watched.
                    break

    def _saved(self, settings_file: Path) -> Iterator[set[Path]]:
        """Yield what was saved whenever something was that the site is made of, and nothing now and then."""
        with suppress(Problem):
            self._settings = Settings.read(self.settings)
        seeds, topics = self._settings.seeds.resolve(), self._settings.topics
        static = [Path(self.path, name) for name in self._static_paths]
        watched = [seeds, topics, Path(self.path), Path(self.theme), settings_file, *static]
        self._watched = {path.resolve() for path in watched if path.exists()}
        changes = watch(
            *sorted(self._watched),
            watch_filter=lambda _, path: path != str(seeds / intake.LEDGER),
            step=_QUIET,
            debounce=_LONGEST,
            rust_timeout=_LONGEST,
            yield_on_timeout=True,
        )
        for changed in changes:
            yield {Path(path) for _, path in changed}

    def _build(self, whole: str = "") -> list[Problem]:
        """Build the site; all of it, when there is a reason why the ``whole`` must be made."""
        laps = self._laps = Laps()
        self._whole = whole
        self._kept.clear()
        self._give_up = lambda: None
        self._slips = Slips()
        self.settings["STATIC_PATHS"] = list(self._static_paths)
        try:
            self._desk = Desk.load(self._settings.topics, self._last_desk)
            if self._desk is not self._last_desk:
                self._last_desk = self._desk
                settle()
            with (
                intake.alone(self._settings.seeds),
                Archive(self._settings.state, self._settings.seeds / intake.LEDGER) as self._archive,
            ):
                laps.lap("desk")
                super().run()
            self._stories.work.end()
        except Conflict as conflict:
            return self._build(f"two pages want the address {conflict}")
        except sqlite3.DatabaseError as error:
            if not isinstance(error, sqlite3.OperationalError) and not whole:
                Archive.discard(self._settings.state)
                return self._build("the archive was damaged")
            wrong = f"the archive cannot be used ({error})"
            remedy = "wait for the other build to end" if "locked" in str(error) else "make room, and build again"
            raise self._given_up(Problem(wrong, remedy, path=shown(self._settings.state))) from None
        except OSError as error:
            place = Path(os.fsdecode(error.filename)) if error.filename else self._public
            wrong = f"the disk failed ({error.strerror})"
            raise self._given_up(Problem(wrong, "mend that, and build again", path=shown(place))) from None
        finally:
            cluster.dismiss()
        tell(*self._stories.newsroom.copies)
        laps.lap("tidying")
        return self._stories.newsroom.problems + self._slips.problems + self._writer.problems

    def ready(self, picture: Path) -> StoriesGenerator:
        """Return the generator of the site as it is in a ``picture`` of the archive, ready to make parts of it for the
        process that builds it."""
        self._settings = Settings.read(self.settings)
        self._hired, self._whole = True, "another process builds it"
        for name in self.settings["LOCALE"]:
            # As Pelican does where it reads settings.
            with suppress(locale.Error):
                locale.setlocale(locale.LC_ALL, name)
                break
        self._laps, self._slips = Laps(), Slips()
        self._desk = Desk.load(self._settings.topics)
        self._archive = Archive.of_picture(picture)
        settle()
        with suppress(Ready):
            super().run()
        return self._stories

    def _given_up(self, problem: Problem) -> Problem:
        """Return the ``problem`` that ends a build, of which nothing is left."""
        self._give_up()
        return problem

    def _finish(self) -> None:
        """Write what lists, pictures or keeps the pages, now that all of them are there; then show what was written,
        before Pelican tells plugins that the site is there."""
        laps = self._laps
        laps.lap("hand-written pages and files")
        sitemaps = Sitemaps(self._stories, self._writer)
        for name, last in (("cards", Cards), ("webapp", WebApp)):
            last(self._stories, self._writer).write()
            laps.lap(name)
        sitemaps.write()
        laps.lap("sitemaps")
        self._stories.work.content = self._slips.keep(self._stories.work.content, Path(self.path), self._writer)
        self._writer.tidy()
        # Asked for while the archive is open; there may be hundreds of thousands.
        told = self._writer.reasons() if _log.isEnabledFor(logging.INFO) else ()
        self._reasons = list(told) if _log.isEnabledFor(logging.DEBUG) else []
        self._why = Counter(why for _, why in self._reasons or told)
        files = self._archive.files
        self._counted = sitemaps.lists + files.count("story/"), files.count("feed/")
        # All of them are asked for only where all are looked at again.
        self._written = (self._writer.written if self._elsewhere else files.all()) if self._releases else set()

    def _check_places(self) -> None:
        """Raise Problem when a folder or address cannot be used, before anything is touched."""
        seeds, output = self._settings.seeds.resolve(), Path(self.output_path).resolve()
        if not seeds.is_dir():
            remedy = "make the folder, or name another with SEEDS=folder"
            raise Problem("there is no such folder", remedy, path=shown(self._settings.seeds))
        for own in (seeds, Path(self.path).resolve(), Path(self.theme).resolve()):
            for place in (output, self._public):
                if place.is_relative_to(own) or own.is_relative_to(place):
                    wrong = f"{shown(own)} and output would mix"
                    raise Problem(wrong, "name another with OUTPUT=folder", path=shown(place))
        if self._releases and self._elsewhere:
            self._remote = remote(self._elsewhere, self._releases)
            self._remote.check()
        elif self._releases:
            self._releases.check(lambda public: Manifest(public, public).foreign(), self._settings.force)
        elif output.parent == Releases(self._public).folder:
            remedy = "publish with make publish, or build elsewhere: OUTPUT=folder"
            raise Problem("the public sees a release there", remedy, path=shown(self._public))
        if output.exists() and not output.is_dir():
            raise Problem("it is no folder", "name another with OUTPUT=folder", path=shown(output))
        if not self.settings["SITEURL"].startswith(("http://", "https://")):
            raise Problem("SITEURL is no address", "give the site's address: feeds need it", path="pelicanconf.py")

    def _publish(self) -> str:
        """Show the public what was built; return what was done. Raises Problem where it must not be seen."""
        # No other build speaks to servers: what it takes is not loaded for it.
        from nashra.publish.pings import WHEN_PUBLISHING, Pings, changes, receivers  # noqa: PLC0415

        assert self._releases
        settings, ours = self.settings, self._settings
        pings = Pings(self._releases.folder)
        told = receivers(ours.websub_hub, ours.indexnow_key, ours.indexnow_endpoint, ours.webhooks)
        pings.meant_for(told, settings["SITEURL"])
        try:
            published = (self._remote or self._releases).publish(
                settings["SITEURL"],
                settings["THEME_STATIC_DIR"],
                written=self._written,
                keep=self._settings.keep_releases,
                force=self._settings.force,
                ahead=lambda names: pings.owe(changes(names, Path(self.output_path), settings["SITEURL"])),
            )
        except OSError as error:
            raise Problem(
                f"it could not be published ({error.strerror})",
                "mend that, and publish again",
                path=shown(self._public),
            ) from None
        tell(*published.wrong)
        self._laps.lap("publishing")
        # What could not be sent is no fault of the site's: it is public.
        tell(*pings.send(WHEN_PUBLISHING))
        self._laps.lap("pings")
        return f", {published.done}"

    def _report(self, done: str) -> None:
        pages, feeds = self._counted
        seconds = sum(self._laps.seconds.values())
        site = f"{self.settings['SITEURL']}/" if self._elsewhere else shown(self._public / "index.html")
        lines = [
            f"Nashra: {_many(self._stories.newsroom.bulletins, 'bulletin')} → "
            f"{_many(len(self._stories.articles), 'story')}, "
            f"{_many(pages, 'page')} and {_many(feeds, 'feed')} in {seconds:.1f} s "
            f"({self._writer.changed} files changed){done}. Open {site}"
        ]
        # Printed: with --log-handler plain, Pelican shows no one what is logged.
        if _log.isEnabledFor(logging.INFO):
            lines.append(f"Time: {self._laps}")
            lines.append(f"Made again: {'; '.join(f'{number} × {why}' for why, number in self._why.most_common())}")
        tell(*lines, *(f"Made again: {owner}: {why}" for owner, why in self._reasons), out=sys.stdout)


class _Last:
    """The last of the generators, that calls ``finish`` where the others write."""

    def __init__(self, finish: Callable[[], None], **_: Any) -> None:
        self._finish = finish

    def generate_output(self, _: NashraWriter) -> None:
        """Finish the site."""
        self._finish()


def _many(number: int, noun: str) -> str:
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number:,} {noun if number == 1 else plural}"


def _strings(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the theme's interface strings, none for a theme that has no strings.toml."""
    path = Path(settings["THEME"], "strings.toml")
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (ValueError, OSError) as error:
        # Pelican prints a traceback of anything else that is raised before the build.
        wrong = f"it cannot be read ({getattr(error, 'strerror', error)})"
        raise SystemExit(str(Problem(wrong, "mend it, and build again", path=shown(path)))) from None


def _compiled(settings: dict[str, Any]) -> dict[str, Any]:
    """Return where Jinja keeps templates compiled; nothing where no folder can be had."""
    folder = Path(settings.get("NASHRA_STATE", Settings().state), "templates")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return {}
    return {"bytecode_cache": FileSystemBytecodeCache(str(folder))}


def _reloading() -> Namespace | None:
    """Return what was asked of Pelican where its autoreload loop called, None where not: it has no other way to say so,
    and would spin on an exception."""
    frame = sys._getframe()
    while frame := frame.f_back:  # type: ignore[assignment]
        if frame.f_code.co_name == "autoreload" and frame.f_globals.get("__name__") == "pelican":
            asked: Namespace = frame.f_locals["args"]
            return asked
    return None
