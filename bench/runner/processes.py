"""Processes that the bench starts and ends, among them a mongod and a redis-server of its own."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

READY_S = 30


class BenchError(Exception):
    pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(settings):
    """Nothing of the caller's settings may leak into what is measured."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {name: str(value) for name, value in settings.items()}


class Process:
    """One that is ended and waited for, whatever happens."""

    def __init__(self, name, command, settings, folder):
        self.name = name
        self.log = Path(folder) / f"{name}.log"
        with open(self.log, "wb") as log:
            self.child = subprocess.Popen(command, env=environment(settings), cwd=folder, stdout=log, stderr=log,
                                          stdin=subprocess.DEVNULL, start_new_session=True)

    @property
    def pid(self):
        return self.child.pid

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(READY_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def wait_until(self, is_ready, what):
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            if self.child.poll() is not None:
                raise BenchError(f"{self.name} ended with {self.child.returncode}:\n{self.last_words()}")
            if is_ready():
                return
            time.sleep(0.02)
        raise BenchError(f"{self.name}: {what} not within {READY_S} s:\n{self.last_words()}")

    def last_words(self):
        return self.log.read_text(errors="replace")[-2000:]


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def answers(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def resident_bytes(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise BenchError(f"process {pid} has no memory")


class Mongod(Process):
    """A replica set of one on an empty folder, so that no run inherits another's cache or checkpoints."""

    def __init__(self, bench):
        program = shutil.which(os.environ.get("MONGOD") or "mongod")
        if not program:
            raise BenchError("there is no mongod on PATH; set MONGOD to the path of one")
        self.port = free_port()
        self.data = bench.folder / "mongod"
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True)
        super().__init__("mongod", [program, "--dbpath", self.data, "--port", str(self.port), "--bind_ip", "127.0.0.1",
                                    "--nounixsocket", "--replSet", "rs0", "--wiredTigerCacheSizeGB", "1",
                                    "--oplogSize", "512", "--setParameter", "diagnosticDataCollectionEnabled=false"],
                         {}, bench.folder)
        try:
            self.wait_until(lambda: listens(self.port), "its port")
            subprocess.run([bench.program("mongo-insert"), "--uri", self.uri("admin", "directConnection=true"),
                            "--initiate", f"127.0.0.1:{self.port}"], check=True)
        except BaseException:
            self.stop()
            raise

    def uri(self, database="", option="replicaSet=rs0"):
        return f"mongodb://127.0.0.1:{self.port}/{database}?{option}"

    def stop(self):
        super().stop()
        shutil.rmtree(self.data, ignore_errors=True)


class Redis(Process):
    """As it comes, but for its files: it carries messages and keeps nothing."""

    def __init__(self, bench):
        program = shutil.which("redis-server")
        if not program:
            raise BenchError("there is no redis-server on PATH")
        self.port = free_port()
        super().__init__("redis", [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
                                   "--appendonly", "no"], {}, bench.folder)
        try:
            self.wait_until(lambda: listens(self.port), "its port")
        except BaseException:
            self.stop()
            raise

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"
