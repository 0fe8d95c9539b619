"""A real haproxy for the tests: a load balancer on loopback, whose servers come and go while it runs.

    with Haproxy(folder) as balancer:
        balancer.add(service.port)        # gets new connections
        connect(balancer.port)
        balancer.drain(service.port)      # gets no new ones; those that are open stay

The program is $HAPROXY, else `haproxy` on PATH or where Debian has it. Each connection is a line of the folder's log when it ends.
"""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from mongod import free_port

START_S = 30
SBIN = "/usr/local/sbin:/usr/sbin"  # not everybody's PATH has them
# A WebSocket is a tunnel, and may be silent: as the production overlay's Ingress has it.
SETTINGS = """
global
    stats socket ipv4@127.0.0.1:{control} level admin
    log stdout format raw daemon
defaults
    mode http
    log global
    option httplog
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    timeout tunnel 1h
frontend door
    bind 127.0.0.1:{port}
    default_backend chat
backend chat
    balance leastconn
"""


class HaproxyError(Exception):
    pass


def find_haproxy():
    named = os.environ.get("HAPROXY")
    found = shutil.which(named or "haproxy", path=None if named else f"{os.environ.get('PATH', os.defpath)}:{SBIN}")
    if not found:
        raise HaproxyError(
            f"HAPROXY names {named!r}, which is not a program" if named
            else f"there is no haproxy on PATH or in {SBIN}: install the package haproxy, or set HAPROXY to the path of one")
    return found


class Haproxy:
    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        self.port, self._control = free_port(), free_port()
        self.process = None

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = self.folder / "haproxy.cfg"
        settings.write_text(SETTINGS.format(port=self.port, control=self._control))
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([find_haproxy(), "-db", "-f", settings], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)
        try:
            self._wait_until_it_listens()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def add(self, port):
        """A server on this port, which new connections may go to from now on."""
        self._tell(f"add server chat/{port} 127.0.0.1:{port}")
        self._tell(f"enable server chat/{port}")

    def drain(self, port):
        """No new connections go there from now on; those that are open stay."""
        self._tell(f"set server chat/{port} state drain")

    def _tell(self, command):
        with socket.create_connection(("127.0.0.1", self._control), timeout=5) as peer:
            peer.sendall(command.encode() + b"\n")
            said = b"".join(iter(lambda: peer.recv(4096), b"")).decode().strip()
        if said not in ("", "New server registered."):
            raise HaproxyError(f"{command}: {said}")

    def _wait_until_it_listens(self):
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise HaproxyError(f"haproxy ended with {self.process.returncode}; see {self.folder}/log")
            try:
                self._tell("help")
            except OSError:
                time.sleep(0.02)
            except HaproxyError:  # its words
                return
        raise HaproxyError(f"haproxy did not listen within {START_S} s; see {self.folder}/log")
