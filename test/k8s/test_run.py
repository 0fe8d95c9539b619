"""The programs with exactly the environment, volumes and user of the manifests: they find each other, their probes answer."""

import contextlib
import json
import os
import pathlib
import shutil
import sys
import time
import urllib.request

import manifests
import pods
import pytest
from websockets.sync.client import connect

IMAGES = os.environ.get("FRONTDESK_IMAGES")  # file systems of images, instead of the programs in FRONTDESK_BIN: test/k8s/images
BIN = pathlib.Path(os.environ.get("FRONTDESK_BIN", ""))
assert IMAGES or os.environ.get("FRONTDESK_BIN")
MONGOD = os.environ.get("MONGOD") or shutil.which("mongod")
PROGRAM = {"chat-service": "chat-service", "init-store": "chat-service", "chat-client": "chat-client"}
PLACE = "/opt/frontdesk"  # of the build, as in the images


@pytest.fixture(scope="module")
def objects():
    return manifests.plain()


@pytest.fixture(scope="module")
def cluster(objects, tmp_path_factory):
    """Every workload as a Container, not started."""
    folder = tmp_path_factory.mktemp("cluster")
    folder.chmod(0o755)
    members = [f"mongo-{i}.mongo" for i in range(3)]
    names = [item["metadata"]["name"] for item in manifests.of_kind(objects, "Service")] + members
    (folder / "hosts").write_text("127.0.0.1 localhost " + " ".join(names) + "\n")
    is_root = pods.enter(folder / "hosts")
    web = folder / "web"
    web.mkdir()
    (web / "index.html").write_text("<!doctype html><title>a page</title>")
    made = {}
    for workload in manifests.workloads(objects):
        name = workload["metadata"]["name"]
        place = folder / name
        place.mkdir()
        image = pathlib.Path(IMAGES) / PROGRAM[name] if IMAGES and name in PROGRAM else None
        programs = {pods.PROGRAMS + "/mongod": MONGOD} if name == "mongo" else {}
        if name in PROGRAM and not image:
            programs = {PLACE + "/bin": BIN, PLACE + "/lib": BIN.parent / "lib", PLACE + "/web": web}
        made[name] = pods.Container(objects, workload, place, is_root, programs, image)
    yield made
    for container in made.values():
        container.kill()
    for container in made.values():
        print(container.folder.name, container.log()[-3000:] if container.log_path.exists() else "never started", file=sys.stderr)


def command_of(container):
    name = container.workload["metadata"]["name"]
    if name not in PROGRAM:
        return container.spec["command"]
    assert "command" not in container.spec  # the image's own
    return [f"{PLACE}/bin/{PROGRAM[name]}", *container.spec.get("args", [])]


@pytest.fixture(scope="module")
def running(cluster):
    """All of it, up as the four applies bring it up: at the same time."""
    for container in cluster.values():
        container.start(command_of(container))
    assert cluster["init-store"].wait() == 0, cluster["init-store"].log()
    for container in cluster.values():
        if container.workload["kind"] != "Job":
            assert container.passes("startupProbe"), container.log()
    return cluster


class Visitor:
    def __init__(self, socket):
        self.socket, self.read = socket, []

    def until(self, **fields):
        while True:
            while self.read:
                event = self.read.pop(0)
                if fields.items() <= event.items():
                    return event
            self.read = [json.loads(line) for line in self.socket.recv(timeout=pods.DEADLINE_S).split("\n")]


@contextlib.contextmanager
def visit(name):
    with connect("ws://127.0.0.1:8080/chat", subprotocols=["chat.v1"], compression=None, proxy=None) as socket:
        visitor = Visitor(socket)
        socket.send(json.dumps({"type": "hello", "name": name}) + "\n" + json.dumps({"type": "open"}))
        visitor.until(type="history")
        yield visitor


def ask(visitor, id, text):
    """The bot's answer."""
    visitor.socket.send(json.dumps({"type": "send", "id": id, "text": text}))
    visitor.until(type="ack", id=id)
    return visitor.until(type="message", role="bot")["text"]


@pytest.mark.parametrize("probe", ["startupProbe", "livenessProbe", "readinessProbe"])
@pytest.mark.parametrize("name", ["mongo", "redis", "chat-service", "chat-client"])
def test_probes_answer(running, name, probe):
    assert running[name].passes(probe), running[name].log()


def test_a_visitor_talks_to_the_bot(running):
    with visit("Ada") as visitor:
        assert ask(visitor, "1", "hello")


def test_the_page_is_told_of_the_service(running):
    with urllib.request.urlopen("http://127.0.0.1:8000/config.json", timeout=30) as answer:
        assert json.load(answer)  # what is in it: test/service/test_client_server.py


def test_they_run_as_the_user_that_was_asked_for(running):
    if running["mongo"].is_root:  # else there is one user only
        for name in ("mongo", "redis", "chat-service", "chat-client"):
            assert running[name].users() == {running[name].security["runAsUser"]}


def test_a_changed_brain_answers_without_a_restart(running):
    service = running["chat-service"]
    pods.kubelet_writes(service.volumes["/etc/frontdesk/brain"][0], {"begin.rive": "+ *\n- The new rules say so.\n"})
    deadline = time.monotonic() + pods.DEADLINE_S
    with visit("Grace") as visitor:
        count = 0
        while ask(visitor, str(count), "hello") != "The new rules say so.":
            count += 1
            assert time.monotonic() < deadline
            time.sleep(0.2)
    assert service.process.poll() is None


def test_they_end_within_their_grace_time(running):
    """Last: those that depend on others first."""
    for name in ("chat-client", "chat-service", "redis", "mongo"):
        assert running[name].stop() == 0, running[name].log()
