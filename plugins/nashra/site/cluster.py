"""Who makes a large site: processes of this machine, or the Dask cluster that NASHRA_EXECUTOR names.

A task is told where what the site is made of lies, by a key; who does not know the site makes it ready from that. All
see the same folders under the same names: seeds, content, theme and plugins are read there, pages are written where the
build stages them.
"""

from __future__ import annotations

import logging
import os
import pickle
import secrets
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from nashra.errors import Problem, tell
from nashra.settings import Settings
from nashra.site import shares
from nashra.site.content import Slips
from nashra.site.work import program
from nashra.site.writer import Harvest

if TYPE_CHECKING:
    from nashra.site.generator import StoriesGenerator

_DASK = "dask:"
# In seconds: how long a scheduler is waited for, how long its first worker, and how long one when all have gone.
_REACHED, _MANNED, _UNMANNED = 10, 30, 30
# Tasks a thread: the next lies ready when one is done.
_AHEAD = 2
_HERE = "or build on this machine: EXECUTOR="
_SETTINGS = "settings"
_R = TypeVar("_R")


class Made(NamedTuple):
    """What somebody else made: the files, what was wrong with hand-written pages among them, and what the index of tags
    shows."""

    harvest: Harvest
    slips: Slips
    shows_tags: dict[str, str]


# --- who is at work ------------------------------------------------------------------------------------------------


# The cluster of this build, by its address.
_clusters: dict[str, Cluster] = {}


def hire(settings: Settings, amount: int) -> shares.Hands:
    """Return who is to make so many stories.

    Raises Problem where a cluster is named that is not there; one that is lost in the course of a build costs a line.
    """
    if amount < shares.LARGE:
        return shares.Here()
    if not settings.executor:
        return shares.forked(settings.workers)
    known = _clusters.get(settings.executor)
    if known and not known.broken:
        return known
    try:
        _clusters[settings.executor] = found = Cluster(settings.executor.removeprefix(_DASK), settings.state)
        return found
    except Problem as problem:
        if not known:
            raise
        tell(Problem("the cluster was lost: this machine goes on", f"look why ({problem.wrong})", path=problem.path))
        return shares.forked(settings.workers)


def call(settings: Settings, amount: int) -> None:
    """Have the cluster ready, should one be to make so many stories. Raises Problem where it is not there."""
    if settings.executor and amount >= shares.LARGE:
        hire(settings, amount)


def dismiss() -> None:
    """Let go of whoever was hired: a build is over."""
    while _clusters:
        _clusters.popitem()[1].close()


class Cluster:
    """The workers of a Dask cluster, as an Executor: ``distributed.Client.get_executor``."""

    def __init__(self, address: str, state: Path) -> None:
        """``state``: a folder that workers must see. Raises Problem where they cannot be had, or are others than this
        program needs."""
        self._address = address
        self._client = _connected(address)
        try:
            with _token(state) as token:
                self._greet(token)
        except Problem:
            self._close()
            raise
        except Exception as error:  # whatever a network says
            self._close()
            wrong = f"its workers cannot be reached ({_first_line(error)})"
            raise self._problem(wrong, "look at their logs") from None
        self._executor = self._client.get_executor(pure=False)
        self.ahead = _AHEAD * sum(self._client.nthreads().values())
        self.broken = False
        self._ended = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def _greet(self, token: Path) -> None:
        """Raise Problem where no worker comes, or one of them would make another site."""
        try:
            self._client.wait_for_workers(1, timeout=_MANNED)
        except TimeoutError:
            raise self._problem(f"no worker came within {_MANNED} s", "start some") from None
        mine = hello(str(token))
        for worker, its in self._client.run(hello, str(token)).items():
            if its.token != mine.token:
                wrong = f"worker {worker} does not see the folder {token.parent}"
                raise self._problem(wrong, "have all machines see the project's folders under the same names")
            if its.program != mine.program:
                wrong = f"worker {worker} runs another program ({_other(mine.program, its.program)})"
                raise self._problem(wrong, "install the same there, and start it again")
        # What a build that was ended asked of them is written where this one writes: it must be over.
        end = time.monotonic() + _MANNED
        while any(self._client.run(busy).values()):
            if time.monotonic() > end:
                raise self._problem("its workers are at work for another build", "wait for that to end")
            time.sleep(0.1)

    def _problem(self, wrong: str, remedy: str) -> Problem:
        return Problem(wrong, f"{remedy}, {_HERE}", path=f"{_DASK}{self._address}")

    def submit(self, fn: Callable[..., _R], /, *args: Any, **kwargs: Any) -> Future[_R]:
        """See ``concurrent.futures.Executor``."""
        future: Future[_R] = self._executor.submit(fn, *args, **kwargs)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take back what is not done; the workers stay for the next tasks of this build."""
        del wait, cancel_futures
        with suppress(Exception):
            self._client.cancel(list(self._executor._futures), force=True)

    def abandon(self) -> None:
        """Let go of a cluster that failed."""
        self.broken = True
        self.close()

    def lost(self) -> bool:
        """Tell whether the scheduler is gone, or all workers have been for a while."""
        return self.broken

    def close(self) -> None:
        """Let go of the cluster."""
        self._ended.set()
        # Let what ends a connection fail: what counts is done.
        with suppress(Exception):
            if not self.broken:
                self._client.run(forget, wait=False)
        self._close()

    def _close(self) -> None:
        with suppress(Exception):
            self._client.close(timeout=_REACHED)

    def _watch(self) -> None:
        alone = 0
        while not self._ended.wait(1):
            try:
                threads = self._client.nthreads() if self._client.status == "running" else {}
            except Exception:  # whatever says that nobody answers
                threads = {}
            alone = 0 if threads else alone + 1
            # Workers may come and go.
            self.ahead = _AHEAD * sum(threads.values()) or self.ahead
            if alone >= _UNMANNED:
                self.broken = True
                return


def _connected(address: str) -> Any:
    path = f"{_DASK}{address}"
    try:
        from distributed import Client  # noqa: PLC0415  # an extra, and more than a second to load
    except ImportError:
        raise Problem("Dask is not installed", f"pip install nashra[dask], {_HERE}", path=path) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        return Client(address, timeout=_REACHED, set_as_default=False)  # type: ignore[no-untyped-call]
    except Exception as error:  # whatever a network says, and what certificates lack
        wrong = f"the scheduler cannot be reached ({_first_line(error)})"
        raise Problem(wrong, f"start it, {_HERE}", path=path) from None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]


class Hello(NamedTuple):
    """Who a worker is: what it read in the folder that all must see, and the versions of what makes pages."""

    token: str
    program: tuple[str, ...]


def hello(token: str) -> Hello:
    """Return who this process is."""
    # What it may have to run, it has loaded when it says what that is.
    import nashra.site.pelican  # noqa: F401, PLC0415

    try:
        read = Path(token).read_text("ascii")
    except OSError:
        read = ""
    return Hello(read, program())


def busy() -> bool:
    """Tell whether this process makes a part of a site."""
    return _busy.locked()


def _other(mine: tuple[str, ...], its: tuple[str, ...]) -> str:
    return ", ".join(f"{one} there, {other} here" for one, other in zip(its, mine, strict=False) if one != other)


@contextmanager
def _token(state: Path) -> Iterator[Path]:
    path = state.absolute() / f"token-{secrets.token_hex(8)}"
    path.write_text(secrets.token_hex(16), "ascii")
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


# --- what they are told --------------------------------------------------------------------------------------------

# The sites that this process knows, by their keys: processes that are forked off know them too.
_sites: dict[str, StoriesGenerator] = {}
# A worker may have several threads; a site is made by one.
_busy = threading.Lock()


@dataclass(frozen=True, slots=True)
class Order:
    """A task for any Executor: make a part of a site. ``folder`` holds what the site is made of, "" where all who are
    at work know it; ``taken`` counts the pictures that were taken of its archive."""

    key: str
    folder: str
    taken: int
    program: tuple[str, ...]

    def __call__(self, part: tuple[str, Iterable[int]]) -> Made | None:
        """Make a part: what, and which numbers of it. Raises LookupError where that would be another site's."""
        if self.program != program():
            raise LookupError("another program, which came when the others were greeted")
        with _busy:
            site = _sites.get(self.key) or self._site()
            if self.folder:
                site.archive.turn_to(Path(self.folder, f"{self.taken}.db"))
            return site.make(*part)

    def _site(self) -> StoriesGenerator:
        from nashra.site.pelican import Nashra  # noqa: PLC0415  # who is hired makes a site as whoever builds it

        folder = Path(self.folder)
        place, settings = pickle.loads(Path(folder, _SETTINGS).read_bytes())
        # Paths may be given from where the build was begun.
        os.chdir(place)
        _sites.clear()
        _sites[self.key] = site = Nashra(settings).ready(folder / f"{self.taken}.db")
        return site


def forget() -> None:
    """Have a worker let go of the site it knows, and of the files it holds open for it."""
    _sites.clear()


class Orders:
    """The tasks of one build."""

    def __init__(self, site: StoriesGenerator, asked: dict[str, Any], *, hired: bool = False) -> None:
        """``asked`` are Pelican's settings as they were asked for; ``hired``: another process gives orders to this."""
        self._site = site
        self._asked = asked
        self._key = secrets.token_hex(8)
        self._taken = 0
        state = site.nashra.state.absolute()
        self._folder = state / f"shared-{self._key}" if site.nashra.executor else None
        # What a build that was killed left: nobody else is at work while the archive is open.
        for left in () if hired else (*state.glob("shared-*"), *state.glob("token-*")):
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)

    def next(self) -> Order:
        """Return the task for the site as the archive is now."""
        self._taken += 1
        if self._folder is None:
            _sites.clear()
            _sites[self._key] = self._site
            return Order(self._key, "", 0, program())
        if self._taken == 1:
            self._folder.mkdir()
            Path(self._folder, _SETTINGS).write_bytes(_pickled(self._asked))
        self._site.archive.picture(self._folder / f"{self._taken}.db")
        return Order(self._key, str(self._folder), self._taken, program())

    def end(self) -> None:
        """Forget the site."""
        _sites.pop(self._key, None)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _pickled(settings: dict[str, Any]) -> bytes:
    """Return settings for another process, with the functions that the settings' own file defines."""
    import cloudpickle  # noqa: PLC0415  # comes with Dask

    for module in map(sys.modules.get, _own(settings)):
        if module:
            cloudpickle.register_pickle_by_value(module)
    # No page shows to whom it is told that it is there, and such an address may be as good as a password.
    made: bytes = cloudpickle.dumps((str(Path.cwd()), {**settings, "NASHRA_WEBHOOKS": ()}))
    return made


def _own(value: Any) -> set[str]:
    """Return the names of the modules that define functions among settings and that no worker can import."""
    if isinstance(value, dict):
        return set().union(*map(_own, value.values()))
    if isinstance(value, (list, tuple)):
        return set().union(*map(_own, value))
    name = getattr(value, "__module__", None) if callable(value) else None
    return {name} if isinstance(name, str) and name in ("pelicanconf", "publishconf") else set()
