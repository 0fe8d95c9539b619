"""The two processes of a desk, and a wire to cut between the page and the service."""

import os
import pathlib
import signal
import socket
import subprocess
import threading
import time
import urllib.request

BIN = pathlib.Path(os.environ["FRONTDESK_BIN"])
WEB = pathlib.Path(os.environ["FRONTDESK_WEB"])
START_S = 20

# Answers everything, so that a test knows what is coming.
BRAIN = """! version = 2.0

+ *
- You said: <star>
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Wire:
    """Carries bytes between pages and the service until it is told to lose them."""

    def __init__(self, service_port: int, port: int = 0):
        self._service_port = service_port
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lossy: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_answers(self) -> None:
        """From now on nothing that the service says on today's connections arrives."""
        self._lossy.update(near for near, _ in self._pairs)

    def hear_again(self) -> None:
        self._lossy.clear()

    def fall_silent(self) -> None:
        """Nothing arrives on today's connections in either direction, and nobody is told."""
        for pair in self._pairs:
            self._lossy.update(pair)

    def cut(self) -> None:
        for pair in self._pairs:
            for end in pair:
                _hang_up(end)
        self._pairs.clear()

    def close(self) -> None:
        _hang_up(self._listener)
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._service_port))
            except OSError:
                near.close()
                continue
            self._pairs.append((near, far))
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                if sink not in self._lossy:
                    sink.sendall(data)
        except OSError:
            pass
        _hang_up(source)
        _hang_up(sink)


def _hang_up(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    end.close()


class Desk:
    """chat-service and chat-client on loopback, with a store and a brain of their own."""

    def __init__(self, folder: pathlib.Path, **settings: str):
        self._folder = folder
        self._settings = settings
        self._processes: dict[str, subprocess.Popen] = {}
        self.service_port = free_port()
        self.wire = Wire(self.service_port)
        self.url = f"http://127.0.0.1:{(client_port := free_port())}/"
        self.database = folder / "chat.db"
        brain = folder / "brain"
        brain.mkdir()
        (brain / "echo.rive").write_text(BRAIN)
        self.start_service()
        self._start("chat-client", client_port, "healthz", {
            "PORT": str(client_port), "CHATSERVICE_PORT": str(self.wire.port), "WEB_ROOT": str(WEB)})

    def start_service(self) -> None:
        self._start("chat-service", self.service_port, "readyz", {
            "PORT": str(self.service_port), "SQLITE_PATH": str(self.database), "AUTH_MODE": "open",
            "BOT_BRAIN": str(self._folder / "brain"), "RATE_LIMIT": "0", "NAME_RATE_LIMIT": "0", **self._settings})

    def kill_service(self) -> None:
        process = self._processes.pop("chat-service")
        process.kill()
        process.wait()

    def stop_service(self) -> None:
        """As an orchestrator does: SIGTERM, and the service says goodbye."""
        process = self._processes.pop("chat-service")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=START_S) == 0

    def reconnect_wire(self) -> None:
        """A new wire in the place of one that was closed."""
        self.wire = Wire(self.service_port, self.wire.port)

    def close(self) -> None:
        self.wire.close()
        for process in self._processes.values():
            process.kill()
            process.wait()

    def _start(self, program: str, port: int, path: str, settings: dict[str, str]) -> None:
        environment = {"PATH": os.environ["PATH"], "LISTEN_HOST": "127.0.0.1", **settings}
        if "ASAN_OPTIONS" in os.environ:
            environment["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"]
        log = self._folder / f"{program}.log"
        with log.open("ab") as sink:
            process = subprocess.Popen([BIN / program], env=environment, stdout=sink, stderr=sink)
        self._processes[program] = process
        deadline = time.monotonic() + START_S
        while not _answers(f"http://127.0.0.1:{port}/{path}"):
            assert process.poll() is None, f"{program} stopped at once:\n{log.read_text()}"
            assert time.monotonic() < deadline, f"{program} is not ready after {START_S} s:\n{log.read_text()}"
            time.sleep(0.02)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return response.status == 200
    except OSError:
        return False
