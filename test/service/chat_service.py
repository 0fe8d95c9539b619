"""A chat-service as its operator has it: settings, a process, a log, a port."""

import contextlib
import http.client
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

PROGRAM = pathlib.Path(os.environ["FRONTDESK_BIN"]) / "chat-service"
DEADLINE_S = 30
REPORTS = ("Sanitizer", "runtime error", "Assertion")
HANDED_ON = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS")


def environment(**settings):
    """Nothing of the tester's own settings reaches the process."""
    inherited = {name: value for name, value in os.environ.items() if name in HANDED_ON}
    return inherited | {name: str(value) for name, value in settings.items() if value is not None}


def wait_for(condition, what, seconds=DEADLINE_S):
    """What condition() gives as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.01)
    return result


class ChatService:
    """One process after the other on the same settings; its log is one file for all of them."""

    def __init__(self, log_path, **settings):
        self.settings = {"PORT": 0} | settings
        self.log_path = log_path
        self.process = None
        self.port = None

    def start(self, is_silent=False):
        """Until it listens, as its log says; a silent one is asked on the port that it was given."""
        log = open(self.log_path, "ab")
        begins_at = log.tell()
        with log:
            # SIGXFSZ stays ignored, as in Python: a limit on the size of files is then an error, as a full disk is.
            self.process = subprocess.Popen([PROGRAM], env=environment(**self.settings), stderr=log, stdin=subprocess.DEVNULL,
                                            restore_signals=False)
        find_port = self._try_port if is_silent else lambda: self._find_port(begins_at)
        self.port = int(wait_for(find_port, "it listens"))
        return self

    def _try_port(self):
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", self.settings["PORT"])):
            return self.settings["PORT"]

    def _find_port(self, begins_at):
        found = re.search(r"listening.*\bport\"?[=:](\d+)", self.log()[begins_at:])
        assert found or self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.log()}"
        return found and found[1]

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def tell(self, number):
        self.process.send_signal(number)

    def kill(self):
        """As a power cut would end it."""
        self.process.kill()
        self.process.wait(DEADLINE_S)

    def stop(self, number=signal.SIGTERM):
        if self.is_running():
            self.tell(number)
        return self.wait()

    def wait(self, seconds=DEADLINE_S):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()  # nothing is left behind
            raise

    def check(self):
        """At the end of every test: nobody complained, and it ends in good order."""
        code = self.stop() if self.is_running() else self.process and self.process.returncode
        log = self.log()
        reports = [word for word in REPORTS if word in log]
        assert not reports, log[-20000:]
        assert code in (0, None, -signal.SIGKILL), f"it ended with {code}:\n{log[-20000:]}"

    def request(self, path, method="GET", body=None, **headers):
        """(status, headers, body) on a connection of its own."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)) as connection:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    def metrics(self):
        """{'name' or 'name{label="value"}': number}"""
        text = self.request("/metrics")[2].decode()
        return {name: float(value) for name, value in re.findall(r"^frontdesk_(\S+) (\S+)$", text, re.MULTILINE)}

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])
