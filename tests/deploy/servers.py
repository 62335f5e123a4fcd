"""Real nginx and real Caddy on loopback, with the examples of deploy/ as they are but for address and folder."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from conftest import ROOT

UNPACKED = ROOT / ".venv" / "servers" / "usr"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass(frozen=True)
class Answer:
    """What a server answered; a header that came twice stands in ``headers`` twice over."""

    status: int
    headers: dict[str, str]
    body: bytes

    def __getitem__(self, name: str) -> str:
        return self.headers.get(name.lower(), "")


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    name: str
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def ask(
        self,
        path: str,
        headers: dict[str, str] | None = None,
        *,
        method: str = "GET",
        over: http.client.HTTPConnection | None = None,
    ) -> Answer:
        """Ask for a path as it stands, letters of other scripts percent-encoded; for no packing unless asked to."""
        connection = over or self.connect()
        connection.putrequest(method, quote(path, safe="/%?=&;+.\\"), skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        told: dict[str, str] = {}
        for name, value in answer.getheaders():
            told[name.lower()] = f"{told[name.lower()]} + {value}" if name.lower() in told else value
        found = Answer(answer.status, told, answer.read())
        if not over:
            connection.close()
        return found


def program(name: str) -> str:
    """Return where nginx or Caddy is: the system's own, else what tools/servers unpacked.

    Where Debian's packages can be had, tests without it fail.
    """
    places = os.pathsep.join([os.environ["PATH"], "/usr/sbin", str(UNPACKED / "sbin"), str(UNPACKED / "bin")])
    found = shutil.which(name, path=places)
    if not found and not shutil.which("apt-get"):
        pytest.skip(f"there is no {name} here")
    assert found, f"there is no {name}: run tools/servers .venv/servers, or install it"
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def example(name: str, replaced: dict[str, str]) -> str:
    """Return an example of deploy/ with what an administrator puts in."""
    text = (ROOT / "deploy" / name).read_text("utf-8")
    for old, new in replaced.items():
        assert old in text, f"deploy/{name} says nothing of {old}"
        text = text.replace(old, new)
    return text


def nginx(public: Path, port: int, hub: str = "") -> str:
    replaced = {
        "listen 80;": f"listen 127.0.0.1:{port};",
        "server_name nashra.example": "server_name 127.0.0.1",
        "/srv/nashra/public": str(public),
    }
    if hub:
        replaced['$nashra_hub {\n    default "";'] = f'$nashra_hub {{\n    default "{hub}";'
        replaced["https://nashra.example"] = f"http://127.0.0.1:{port}"
    return example("nginx.conf", replaced)


def caddy(public: Path, port: int, hub: str = "") -> str:
    replaced = {"\nnashra.example {": f"\nhttp://127.0.0.1:{port} {{", "/srv/nashra/public": str(public)}
    if hub:
        replaced["# header @topic"] = "header @topic"
        replaced["https://hub.example/"] = hub
        replaced["https://nashra.example"] = f"http://127.0.0.1:{port}"
    return example("Caddyfile", replaced)


EXAMPLES = {"nginx": nginx, "caddy": caddy}


@contextmanager
def running(name: str, text: str, port: int, home: Path) -> Iterator[Server]:
    """Run a server with the configuration ``text`` of one site; ``home`` is a folder for what it writes."""
    home.mkdir(parents=True, exist_ok=True)
    config = home / f"{name}.conf"
    if name == "nginx":
        temporary = "".join(f"{kind}_temp_path {home}/{kind};" for kind in TEMPORARY)
        head = f"daemon off; master_process off; pid {home}/pid; error_log {home}/log; events {{}}"
        # What Debian's nginx.conf says above.
        above = "sendfile on; tcp_nopush on; default_type application/octet-stream; gzip on; access_log off;"
        above += " types { text/plain html css br gz; }"
        config.write_text(f"{head}\nhttp {{ {above} {temporary}\n{text}\n}}\n", "utf-8")
        command = [program(name), "-e", str(home / "log"), "-c", str(config)]
    else:
        config.write_text(f"{{\n\tadmin off\n\tauto_https off\n}}\n{text}", "utf-8")
        command = [program(name), "run", "--config", str(config), "--adapter", "caddyfile"]
    environ = os.environ | {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home)}
    with (home / "said").open("wb") as said:
        process = subprocess.Popen(command, env=environ, stdout=said, stderr=said)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, (home / "said").read_text("utf-8")
            time.sleep(0.05)
        yield Server(name, port)
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def serving(name: str, public: Path, home: Path, port: int = 0, hub: str = "") -> Iterator[Server]:
    """Serve the folder ``public`` as the example of ``name`` does, with a WebSub ``hub`` put in or without one."""
    port = port or free_port()
    with running(name, EXAMPLES[name](public, port, hub), port, home) as server:
        yield server
