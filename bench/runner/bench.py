"""The systems that can be measured, each started with settings that compare, and the generators."""

import json
import shutil
import subprocess
from pathlib import Path

from runner.build import ROOT
from runner.processes import BenchError, Process, answers, environment, free_port, listens

RUN_S = 300  # most that one measurement may take beyond its own seconds


class Bench:
    def __init__(self, build_folder):
        self.build = Path(build_folder).resolve()
        self.folder = self.build / "bench-run"
        self.folder.mkdir(parents=True, exist_ok=True)

    def program(self, name):
        return str(self.build / "bin" / name)

    def service_settings(self, port, has_bot, mongod=None, redis=None, keeps_data=False):
        settings = {"PORT": port, "LISTEN_HOST": "127.0.0.1", "RATE_LIMIT": 0, "NAME_RATE_LIMIT": 0,
                    "AUTH_MODE": "open", "LOG_LEVEL": "warn", "BOT_BRAIN": ROOT / "bot" / "brain" if has_bot else ""}
        if redis:
            settings["REDIS_URL"] = redis.url
        if mongod:
            return settings | {"MONGO_URI": mongod.uri(), "MONGO_DATABASE": "chat"}
        data = self.folder / "sqlite"
        if not keeps_data:
            shutil.rmtree(data, ignore_errors=True)
        data.mkdir(exist_ok=True)
        return settings | {"SQLITE_PATH": data / "chat.db"}

    def service(self, has_bot=False, mongod=None, redis=None, keeps_data=False, name="chat-service"):
        port = free_port()
        return self._ready(name, [self.program("chat-service")],
                           self.service_settings(port, has_bot, mongod, redis, keeps_data), port, "/readyz")

    def node_script(self, name):
        return ["node", str(self.build / "peers" / name)]

    def node(self, mongod):
        port = free_port()
        settings = {"PORT": port, "MONGO_URI": mongod.uri("chat_node")}
        return self._ready("node", self.node_script("node/server.js"), settings, port, "/healthz")

    def socketio(self, mongod, redis):
        port = free_port()
        settings = {"PORT": port, "MONGO_URI": mongod.uri("chat_socketio"), "REDIS_URL": redis.url}
        return self._ready("socketio", self.node_script("socketio/server.js"), settings, port, "/healthz")

    def tinode(self, mongod):
        """Its database is made first, by its own program."""
        port, peer, config = free_port(), self.build / "peers" / "tinode", self.folder / "tinode.conf"
        durable = mongod.uri("tinode", "replicaSet=rs0&w=majority&journal=true")
        config.write_text((peer / "tinode.conf").read_text().replace("@MONGO_URI@", durable))
        subprocess.run([peer / "tinode-db", "--config", config, "--reset"], cwd=self.folder, check=True,
                       capture_output=True)
        return self._ready("tinode", [peer / "server", "--config", config, "--static_data", "-",
                                      "--listen", f"127.0.0.1:{port}"], {}, port)

    def broadcast(self):
        port = free_port()
        return self._ready("broadcast", [self.program("broadcast"), str(port)], {}, port)

    def _ready(self, name, command, settings, port, path=None):
        process = Process(name, command, settings, self.folder)
        process.port = port
        try:
            if path:
                process.wait_until(lambda: answers(port, path), f"200 from {path}")
            else:
                process.wait_until(lambda: listens(port), "its port")
        except BaseException:
            process.stop()
            raise
        return process

    def fill(self, mongod, database, run, users, history):
        """A history for a Node peer, as if it had been written by the users of a run of chat-load."""
        subprocess.run([*self.node_script("node/fill.js"), mongod.uri(database), str(run), str(users), str(history)],
                       env=environment({}), check=True)

    def load(self, scenario, ports, *options, speaks="chat", processes=None, settings=None, command=()):
        """One run of chat-load: its numbers, and `clean`."""
        watched = [word for name, pid in (processes or {}).items() for word in ("--process", f"{name}={pid}")]
        return self._numbers([self.program("chat-load"), scenario, "--json", "--speaks", speaks,
                              "--ports", ",".join(map(str, ports)), *map(str, options),
                              *watched, *(["--", *command] if command else [])], settings or {})

    def insert(self, mongod, *options):
        return self._numbers([self.program("mongo-insert"), "--uri", mongod.uri(), "--mongod", str(mongod.pid),
                              *map(str, options)], {})

    def checkpoint(self, mongod):
        """Writes what MongoDB would write in the background later on, while something is measured."""
        subprocess.run([self.program("mongo-insert"), "--uri", mongod.uri(), "--checkpoint"], check=True)

    def _numbers(self, command, settings):
        done = subprocess.run(command, env=environment(settings), cwd=self.folder, capture_output=True, text=True,
                              timeout=RUN_S, stdin=subprocess.DEVNULL)
        if not done.stdout:
            raise BenchError(f"{' '.join(command)}: {done.stderr.strip()[-2000:] or done.returncode}")
        numbers = json.loads(done.stdout)
        numbers["clean"] = done.returncode == 0
        numbers["trouble"] = done.stderr.strip()
        return numbers
