"""What the bench starts: a mongod of its own, the service, the peers, the generators; and how they are built."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READY_S = 30
RUN_S = 300  # most that one measurement may take beyond its own seconds


class BenchError(Exception):
    pass


def build(folder):
    """The release build with the bench's programs; Node's packages beside it, never in the source tree."""
    options = ["-G", "Ninja", "-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DFRONTDESK_BENCH=ON"]
    subprocess.run(["cmake", "-S", ROOT, "-B", folder, *options], check=True, stdout=subprocess.DEVNULL)
    programs = ["chat-service", "chat-client", "web", "chat-load", "mongo-insert"]
    subprocess.run(["cmake", "--build", folder, "--target", *programs], check=True, stdout=subprocess.DEVNULL)
    build_node_peer(folder / "peers" / "node")


def build_node_peer(peer):
    peer.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "server.js"):
        shutil.copy(ROOT / "bench" / "peers" / "node" / name, peer)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=peer, check=True)


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


class Bench:
    def __init__(self, build_folder):
        self.build = Path(build_folder).resolve()
        self.folder = self.build / "bench-run"
        self.folder.mkdir(parents=True, exist_ok=True)

    def program(self, name):
        return str(self.build / "bin" / name)

    def service_settings(self, port, has_bot, mongod=None):
        settings = {"PORT": port, "LISTEN_HOST": "127.0.0.1", "RATE_LIMIT": 0, "NAME_RATE_LIMIT": 0, "AUTH_MODE": "open",
                    "LOG_LEVEL": "warn", "BOT_BRAIN": ROOT / "bot" / "brain" if has_bot else ""}
        if mongod:
            return settings | {"MONGO_URI": mongod.uri(), "MONGO_DATABASE": "chat"}
        data = self.folder / "sqlite"
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir()
        return settings | {"SQLITE_PATH": data / "chat.db"}

    def service(self, has_bot=False, mongod=None):
        port = free_port()
        process = Process("chat-service", [self.program("chat-service")],
                          self.service_settings(port, has_bot, mongod), self.folder)
        return self._ready(process, port, "/readyz")

    def node_command(self):
        return ["node", str(self.build / "peers" / "node" / "server.js")]

    def node(self, mongod):
        port = free_port()
        process = Process("node", self.node_command(), {"PORT": port, "MONGO_URI": mongod.uri("chat_node")}, self.folder)
        return self._ready(process, port, "/healthz")

    def _ready(self, process, port, path):
        process.port = port
        try:
            process.wait_until(lambda: answers(port, path), f"200 from {path}")
        except BaseException:
            process.stop()
            raise
        return process

    def load(self, scenario, port, *options, processes=None, settings=None, command=()):
        """One run of chat-load: its numbers, and `clean`."""
        watched = [word for name, pid in (processes or {}).items() for word in ("--process", f"{name}={pid}")]
        return self._numbers([self.program("chat-load"), scenario, "--json", "--port", str(port), *map(str, options),
                              *watched, *(["--", *command] if command else [])], settings or {})

    def insert(self, mongod, *options):
        return self._numbers([self.program("mongo-insert"), "--uri", mongod.uri(), "--mongod", str(mongod.pid),
                              *map(str, options)], {})

    def _numbers(self, command, settings):
        done = subprocess.run(command, env=environment(settings), cwd=self.folder, capture_output=True, text=True,
                              timeout=RUN_S, stdin=subprocess.DEVNULL)
        if not done.stdout:
            raise BenchError(f"{' '.join(command)}: {done.stderr.strip()[-2000:] or done.returncode}")
        numbers = json.loads(done.stdout)
        numbers["clean"] = done.returncode == 0
        numbers["trouble"] = done.stderr.strip()
        return numbers
