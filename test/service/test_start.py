"""./start as a person uses it: what it says, what then runs, how it ends."""

import contextlib
import json
import os
import pathlib
import pty
import re
import select
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD_S = 900  # a first build may be under way
DEADLINE_S = 30


def free_ports():
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def children(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def name_of(pid):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()


class Start:
    """A running ./start; `said` is all of its output so far."""

    def __init__(self, folder, **settings):
        self.client_port, self.service_port = free_ports()
        self.folder, self.said = folder, ""
        environment = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        environment |= {"CLIENT_PORT": str(self.client_port), "SERVICE_PORT": str(self.service_port), "DATA_DIR": "kept"}
        self.terminal, terminal_of_child = pty.openpty()
        self.process = subprocess.Popen(
            ["setsid", "--ctty", "--wait", ROOT / "start"], cwd=folder, env=environment | settings,
            stdin=terminal_of_child, stdout=terminal_of_child, stderr=terminal_of_child,
        )
        os.close(terminal_of_child)

    def read_until(self, text, within_s=DEADLINE_S):
        deadline = time.monotonic() + within_s
        while text not in self.said:
            left = deadline - time.monotonic()
            assert left > 0 and select.select([self.terminal], [], [], left)[0], f"never said {text!r}: {self.said}"
            try:
                self.said += os.read(self.terminal, 65536).decode().replace("\r\n", "\n")
            except OSError:
                raise AssertionError(f"ended without saying {text!r}: {self.said}") from None
        return self

    def wait(self):
        deadline = time.monotonic() + DEADLINE_S
        with contextlib.suppress(OSError):  # the terminal's end
            while select.select([self.terminal], [], [], deadline - time.monotonic())[0]:
                self.said += os.read(self.terminal, 65536).decode().replace("\r\n", "\n")
        return self.process.wait(timeout=max(0, deadline - time.monotonic()))

    def processes(self):
        """{name: pid} of what it runs; setsid has become the script itself."""
        return {name_of(pid): pid for pid in children(self.process.pid)}

    def get(self, path, port=None):
        with urllib.request.urlopen(f"http://127.0.0.1:{port or self.client_port}{path}", timeout=DEADLINE_S) as response:
            return response.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            with contextlib.suppress(OSError):
                os.write(self.terminal, b"\x03")
            with contextlib.suppress(subprocess.TimeoutExpired, AssertionError):
                self.wait()
        os.close(self.terminal)


@pytest.fixture(scope="module", autouse=True)
def built(tmp_path_factory):
    """Whatever there is to install or build has been when the first start has answered."""
    with Start(tmp_path_factory.mktemp("first")) as start:
        start.read_until("Ctrl-C stops it.\n", BUILD_S)


def is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_it_serves_until_control_c(tmp_path):
    with Start(tmp_path) as start:
        start.read_until("Ctrl-C stops it.\n")
        assert start.said.startswith("\n    Frontdesk is running."), "a second start is quiet"
        assert f"http://127.0.0.1:{start.client_port}/\n" in start.said
        assert b"<!doctype html>" in start.get("/").lower()
        assert json.loads(start.get("/config.json"))["port"] == start.service_port
        assert start.get("/healthz", start.service_port)
        assert (tmp_path / "kept" / "chat.db").exists()
        os.write(start.terminal, b"\x03")
        assert start.wait() == 0
        assert is_free(start.client_port) and is_free(start.service_port)


def test_a_signal_stops_both(tmp_path):
    with Start(tmp_path) as start:
        start.read_until("Ctrl-C stops it.\n")
        start.process.terminate()
        assert start.wait() == 0
        assert is_free(start.client_port) and is_free(start.service_port)


@pytest.mark.parametrize("victim, left", [("chat-service", "client_port"), ("chat-client", "service_port")])
def test_when_one_dies_the_other_is_stopped(tmp_path, victim, left):
    with Start(tmp_path) as start:
        start.read_until("Ctrl-C stops it.\n")
        os.kill(start.processes()[victim], signal.SIGKILL)
        assert start.wait() == 1
        assert f"start: {victim} ended; all that it said is in build/{victim}.log" in start.said
        assert is_free(getattr(start, left))


def test_a_taken_port_is_named_with_a_way_out(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        with Start(tmp_path, SERVICE_PORT=port) as start:
            assert start.wait() == 1
    assert re.search(rf"start: port {port} is taken by another process; choose a free one: SERVICE_PORT=\d+ ./start", start.said)


@pytest.mark.parametrize(
    "settings, said",
    [
        ({"CLIENT_PORT": "http"}, "start: CLIENT_PORT is 'http', but must be a whole number from 1 to 65535"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL is 'loud', but must be debug or info or warn or error"),
        ({"CHATSERVICE_URL": "here"}, "CHATSERVICE_URL is 'here', but must be an address such as"),
    ],
)
def test_a_wrong_setting_ends_it(tmp_path, settings, said):
    with Start(tmp_path, **settings) as start:
        assert start.wait() == 1
    assert said in start.said
