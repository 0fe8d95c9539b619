"""A real redis-server for the tests: on loopback, in a folder of its own, keeping nothing.

    with RedisServer(folder) as redis:
        connect(redis.url)
        redis.kill(); redis.restart()     # the same port
        redis.pause(); redis.resume()     # it hangs, as behind a broken network

The program is $REDIS_SERVER, else `redis-server` on PATH.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from mongod import free_port

START_S = 30


class RedisError(Exception):
    pass


class RedisServer:
    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        self.port = free_port()
        self.process = None

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.restart()
        return self

    def __exit__(self, *_):
        self.kill()

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def restart(self):
        """Starts it anew, empty, and waits until it answers."""
        self.kill()
        program = shutil.which(os.environ.get("REDIS_SERVER", "redis-server"))
        if not program:
            raise RedisError("there is no redis-server on PATH; set REDIS_SERVER to the path of one")
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", "", "--appendonly", "no"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + START_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RedisError(f"redis-server does not answer; see {self.folder}/log")
            time.sleep(0.01)

    def kill(self):
        """kill -9; a paused one too."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def ask(self, *words):
        """The answer to a command: bytes, a number, or a list of them."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as peer, peer.makefile("rwb") as stream:
            stream.write(b"*%d\r\n" % len(words))
            for word in words:
                word = word.encode() if isinstance(word, str) else word
                stream.write(b"$%d\r\n%s\r\n" % (len(word), word))
            stream.flush()
            return read_reply(stream)

    def _answers(self):
        with contextlib.suppress(OSError, RedisError):
            return self.ask("PING") == b"PONG"
        return False


def read_reply(stream):
    line = stream.readline().rstrip(b"\r\n")
    kind, rest = line[:1], line[1:]
    if kind == b"*":
        return [read_reply(stream) for _ in range(int(rest))]
    if kind == b"$":
        return stream.read(int(rest) + 2)[:-2]
    if kind not in (b"+", b":"):
        raise RedisError(line.decode())
    return int(rest) if kind == b":" else rest
