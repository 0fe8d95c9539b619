#!/usr/bin/env python3
"""A real mongod for the tests: a replica set on loopback, of one member or more.

    with ReplicaSet(folder) as mongod:      # or mongod.py start FOLDER ... mongod.py stop FOLDER
        connect(mongod.uri)
        mongod.kill(); mongod.restart()     # the same data, the same ports
        mongod.step_down()                  # of several members: another becomes the primary

The program is $MONGOD, else `mongod` on PATH. All of a set lies in its folder: data, logs, `uri` (the address, written
when there is a primary) and `set.json` (members: port and process), so that a later command finds it again.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

NOT_PRIMARY = 10107
START_S = 60  # most that a start or an election may take


class MongodError(Exception):
    pass


def find_mongod():
    named = os.environ.get("MONGOD")
    found = shutil.which(named or "mongod")
    if not found:
        raise MongodError(
            f"MONGOD names {named!r}, which is not a program" if named
            else "there is no mongod on PATH; set MONGOD to the path of one")
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ReplicaSet:
    def __init__(self, folder, members=1, key=None):
        """With a key, members and clients must log in, and the set is left for the test to initiate."""
        self.folder = Path(folder).resolve()
        self.key = key
        self.count = members
        self.members = []  # {"port", "pid"}
        self.children = {}  # pid: Popen, of those that this process started
        if self._record.exists():
            self.members = json.loads(self._record.read_text())

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    @property
    def _record(self):
        return self.folder / "set.json"

    @property
    def key_file(self):
        return self.folder / "key"

    @property
    def uri(self):
        hosts = ",".join(f"127.0.0.1:{m['port']}" for m in self.members)
        return f"mongodb://{hosts}/?replicaSet=rs0"

    def start(self):
        """A new, empty set; whatever an earlier run left in the folder is ended and removed."""
        mongod = find_mongod()
        self.stop()
        self.folder.mkdir(parents=True)
        self.members = [{"port": free_port(), "pid": None} for _ in range(self.count)]
        try:
            if self.key:
                self.key_file.write_text(self.key)
                self.key_file.chmod(0o400)
            for index in range(self.count):
                self._launch(mongod, index)
            if not self.key:
                self._initiate()
                self.wait_for_primary()
        except BaseException:
            self.kill()
            raise
        (self.folder / "uri").write_text(self.uri)
        return self

    def stop(self):
        """Ends the members and removes the folder."""
        self.kill()
        self.members = []
        if self.folder.exists():
            if any(self.folder.iterdir()) and not self._record.exists():
                raise MongodError(f"{self.folder} is not empty and was not made by mongod.py")
            shutil.rmtree(self.folder)

    def kill(self, index=None):
        """kill -9, of one member or of all."""
        for member in self._chosen(index):
            self._signal(member, signal.SIGKILL)
            self._reap(member)
            member["pid"] = None
        self._write_record()

    def pause(self, index=None):
        for member in self._chosen(index):
            self._signal(member, signal.SIGSTOP)

    def resume(self, index=None):
        for member in self._chosen(index):
            self._signal(member, signal.SIGCONT)

    def restart(self, index=None):
        """Starts what was killed, on the same data and ports, and waits for a primary."""
        self.kill(index)
        for i in range(len(self.members)) if index is None else [index]:
            self._launch(find_mongod(), i)
        self.wait_for_primary()

    def heal(self):
        """Whatever was done to the members: all run, and there is a primary."""
        for index, member in enumerate(self.members):
            if member["pid"] is None:
                self._launch(find_mongod(), index)
        self.resume()
        self.wait_for_primary()

    def wait_for_primary(self, other_than=None):
        """The index of the member that is primary."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            for index, member in enumerate(self.members):
                if index != other_than and member["pid"] is not None and self._is_primary(member):
                    return index
            time.sleep(0.02)
        raise MongodError(f"no primary in {START_S} s; the logs are in {self.folder}")

    def step_down(self):
        """The primary gives up, and another takes over."""
        index = self.wait_for_primary()
        with self._client(self.members[index]) as client:
            client.admin.command("replSetStepDown", 3, secondaryCatchUpPeriodSecs=2)
        self.wait_for_primary(other_than=index)

    def refuse_next_find(self):
        """A set of one keeps the next find waiting, and then says that it is no primary."""
        with self._client(self.members[0]) as client:
            client.admin.command("configureFailPoint", "failCommand", mode={"times": 1}, data={
                "failCommands": ["find"], "errorCode": NOT_PRIMARY, "blockConnection": True, "blockTimeMS": 500})

    def step_down_meanwhile(self, seconds):
        """While that find waits; there is no primary for so long."""
        with self._client(self.members[0]) as client:
            client.admin.command("waitForFailPoint", "failCommand", timesEntered=1, maxTimeMS=START_S * 1000)
            client.admin.command("replSetStepDown", seconds, force=True)

    def _chosen(self, index):
        return self.members if index is None else [self.members[index]]

    def _launch(self, mongod, index):
        member = self.members[index]
        data = self.folder / f"data-{index}"
        data.mkdir(exist_ok=True)
        # SIGXFSZ stays ignored, as in Python: a limit on the size of files is then a full disk.
        with open(self.folder / f"log-{index}", "ab") as log:
            child = subprocess.Popen(
                [mongod, "--dbpath", str(data), "--port", str(member["port"]),
                 "--bind_ip", "127.0.0.1", "--nounixsocket", "--replSet", "rs0",
                 "--oplogSize", "128", "--wiredTigerCacheSizeGB", "0.25",
                 "--setParameter", "diagnosticDataCollectionEnabled=false",
                 "--setParameter", "enableTestCommands=1",  # for `refuse_next_find`
                 *(["--keyFile", str(self.key_file)] if self.key else [])],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                restore_signals=False)
        self.children[child.pid] = child
        member["pid"] = child.pid
        self._write_record()
        self._wait_for_port(member, child)

    def _wait_for_port(self, member, child):
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if child.poll() is not None:
                raise MongodError(f"mongod ended with {child.returncode}; see {self.folder}/log-*")
            try:
                socket.create_connection(("127.0.0.1", member["port"]), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise MongodError(f"mongod did not listen within {START_S} s; see {self.folder}/log-*")

    def _client(self, member):
        from pymongo import MongoClient
        return MongoClient("127.0.0.1", member["port"], directConnection=True,
                           serverSelectionTimeoutMS=1000, socketTimeoutMS=10000)

    def _initiate(self):
        with self._client(self.members[0]) as client:
            client.admin.command("replSetInitiate", {
                "_id": "rs0",
                "settings": {"electionTimeoutMillis": 2000, "heartbeatIntervalMillis": 500},
                "members": [{"_id": i, "host": f"127.0.0.1:{m['port']}"}
                            for i, m in enumerate(self.members)]})

    def _is_primary(self, member):
        from pymongo.errors import PyMongoError
        try:
            with self._client(member) as client:
                return client.admin.command("hello").get("isWritablePrimary", False)
        except PyMongoError:
            return False

    def _write_record(self):
        if self.folder.exists():
            self._record.write_text(json.dumps(self.members))

    def _is_ours(self, pid):
        """Process numbers come again: ours has this folder in its arguments."""
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False
        return os.fsencode(f"{self.folder}/data-") in arguments

    def _signal(self, member, number):
        if member["pid"] is not None and self._is_ours(member["pid"]):
            os.kill(member["pid"], number)

    def _reap(self, member):
        child = self.children.pop(member["pid"], None)
        if child:
            child.wait()
        deadline = time.monotonic() + START_S
        while member["pid"] is not None and self._is_ours(member["pid"]):
            if time.monotonic() > deadline:
                raise MongodError(f"process {member['pid']} does not end")
            time.sleep(0.01)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=["run", "start", "stop", "kill", "restart", "pause", "resume"],
                        help="run: start, print the address, stop on Ctrl-C")
    parser.add_argument("folder")
    parser.add_argument("--members", type=int, default=1)
    options = parser.parse_args()
    mongod = ReplicaSet(options.folder, options.members)
    if options.command == "run":
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with mongod:
            print(mongod.uri, flush=True)
            try:
                signal.pause()
            except KeyboardInterrupt:
                pass
    else:
        getattr(mongod, options.command)()
        if options.command in ("start", "restart"):
            print(mongod.uri)


if __name__ == "__main__":
    try:
        main()
    except MongodError as error:
        sys.exit(f"mongod.py: {error}")
