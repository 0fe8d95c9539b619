"""The HTTP side of the port: health, readiness, metrics, version, and what is not there."""

import json
import re

import pytest

from chat_client import client
from chat_service import wait_for
from exposition import scrape, single
from raw_websocket import connect

PATHS = ("/healthz", "/readyz", "/metrics", "/version")


@pytest.fixture
def ready(service):
    wait_for(lambda: service.request("/readyz")[0] == 200, "it is ready")
    return service


def test_what_each_path_says(ready):
    assert ready.request("/healthz")[::2] == (200, b"ok\n")
    assert ready.request("/readyz")[::2] == (200, b"ready\n")
    status, headers, body = ready.request("/version")
    assert (status, headers["Content-Type"], list(json.loads(body))) == (200, "application/json", ["version"])
    assert ready.request("/metrics")[1]["Content-Type"].startswith("text/plain; version=0.0.4")


def test_other_paths_and_methods(one_service):
    for path in ("/", "/chat", "/Healthz", "/healthz/", "/healthz2", "/..", "/metrics/x", "/%2e%2e/etc/passwd", "/" + "x" * 2000):
        assert one_service.request(path)[0] == 404, path
    for path in PATHS:
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            for body in (None, b"", b"five5"):
                status, headers, _ = one_service.request(path, method, body)
                assert (status, headers["Allow"], headers["Connection"]) == (405, "GET, HEAD", "close"), (path, method)
        status, headers, body = one_service.request(path + "?x=1")
        assert status == 200 and headers["Cache-Control"] == "no-store" and headers["X-Content-Type-Options"] == "nosniff"


def test_head_is_get_without_a_body(ready):
    for path in ("/healthz", "/readyz", "/version", "/nothing"):
        got, head = ready.request(path), ready.request(path, "HEAD")
        assert head[0] == got[0] and head[2] == b""
        assert head[1]["Content-Length"] == got[1]["Content-Length"] == str(len(got[2]))


def test_a_body_nobody_asked_for(one_service):
    """It is refused or ignored; the process is none the worse."""
    for size in (1, 100_000):
        with connect(one_service.port) as peer:
            try:
                peer.sendall(b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)
                while peer.recv(4096):
                    pass
            except OSError:
                pass
    assert one_service.request("/healthz")[0] == 200


def test_requests_on_one_connection(one_service):
    with connect(one_service.port) as peer:
        answered = b""
        peer.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 5 + b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        while answered.count(b"HTTP/1.1 ") < 6:
            piece = peer.recv(4096)
            assert piece
            answered += piece
    assert re.findall(rb"HTTP/1.1 (\d+)", answered) == [b"200"] * 5 + [b"404"]


async def test_metrics_count_what_happened(ready):
    async with client(ready, "Ada") as tab:
        for i in range(5):
            await tab.say(f"{i}", "hi")
        await tab.say("0", "again")
        await tab.say("bad", "")
        await tab.send({"type": "cancel", "id": "c"})
        await tab.answer("c")
        await tab.send_text("nonsense")
        await tab.receive()
        values = scrape(ready)
    one = {name.removeprefix("frontdesk_"): value for name, value in single(values).items()}
    assert one["turns_accepted_total"] == one["turns_acknowledged_total"] + one["turns_refused_total"] + one["turns_waiting"] == 7
    assert (one["turns_acknowledged_total"], one["turns_refused_total"], one["turns_waiting"]) == (6, 1, 0)
    assert (one["messages_stored_total"], one["connections"], one["store_up"]) == (10, 1, 1)
    assert one["entries_stored_total"] == 5
    frames = values["frontdesk_frames_received_total"]
    assert (frames['type="send"'], frames['type="hello"'], frames['type="invalid"'], frames['type="cancel"']) == (7, 1, 1, 1)
    errors = values["frontdesk_errors_sent_total"]
    assert (errors['code="bad_request"'], errors['code="conflict"'], errors['code="forbidden"']) == (2, 1, 0)
    wait_for(lambda: ready.metrics()["connections"] == 0, "the connection is counted out")
