"""https and wss of both processes, with certificates that are exchanged while they run."""

import contextlib
import http.client
import json
import os
import select
import socket
import ssl
import subprocess
import time

import pytest
from authority import Authority
from chat_client import Client
from chat_service import DEADLINE_S, PROGRAM, environment, wait_for
from test_client_server import LARGE, Server, exchange, read_to_end
from websockets.asyncio.client import connect

PROGRAMS = {"chat-service": PROGRAM, "chat-client": PROGRAM.with_name("chat-client")}


def write(folder, files):
    """As a Secret is mounted: links into a folder that is exchanged whole."""
    fresh = folder / f"..{time.monotonic_ns()}"
    fresh.mkdir(parents=True)
    for name, text in files.items():
        (fresh / name).write_text(text)
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(f"..data/{name}")
    (folder / "..new").symlink_to(fresh.name)
    (folder / "..new").rename(folder / "..data")


def paths(folder):
    return {"TLS_CERT": str(folder / "tls.crt"), "TLS_KEY": str(folder / "tls.key")}


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "authority")


@pytest.fixture
def secret(tmp_path, authority):
    write(tmp_path / "secret", authority.issue()[1])
    return tmp_path / "secret"


@pytest.fixture
def web_root(tmp_path):
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "index.html").write_text("<!doctype html><title>Chat</title>")
    (tmp_path / "web" / "large.bin").write_bytes(LARGE)
    return tmp_path / "web"


class Running:
    """Either program, with its port and what it logged."""

    def __init__(self, port, log):
        self.port, self.log = port, log


@pytest.fixture(params=PROGRAMS)
def running(request, secret, new_service, sqlite, web_root, tmp_path):
    if request.param == "chat-service":
        service = new_service(**sqlite, **paths(secret)).start()
        yield Running(service.port, service.log)
    else:
        with Server(web_root, **paths(secret)) as server:
            said = []

            def log():
                while select.select([server.process.stderr], [], [], 0)[0] and (piece := os.read(server.process.stderr.fileno(), 65536)):
                    said.append(piece.decode())
                return "".join(said)

            yield Running(server.port, log)


def shown(port, trust):
    """The serial number of the certificate that a new connection is shown."""
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S) as plain, trust.wrap_socket(plain, server_hostname="localhost") as wrapped:
        return int(wrapped.getpeercert()["serialNumber"], 16)


def https(port, trust):
    return contextlib.closing(http.client.HTTPSConnection("localhost", port, context=trust, timeout=DEADLINE_S))


@contextlib.asynccontextmanager
async def wss_client(service, trust, name):
    async with connect(f"wss://localhost:{service.port}/chat", ssl=trust, subprotocols=["chat.v1"], compression=None, ping_interval=None,
                       max_size=None, max_queue=None, proxy=None) as websocket:
        tab = Client(websocket)
        try:
            await tab.hello(name)
            yield tab
        finally:
            await tab.close()


def test_both_answer_over_https(running, authority):
    with https(running.port, authority.trust()) as connection:
        assert exchange(connection, "/healthz")[0] == 200
        assert exchange(connection, "/version")[0] == 200


def test_strangers_and_plain_text_are_not_answered(running, authority):
    with pytest.raises(ssl.SSLCertVerificationError):
        shown(running.port, ssl.create_default_context())
    with contextlib.closing(socket.create_connection(("127.0.0.1", running.port), timeout=DEADLINE_S)) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200" not in read_to_end(plain)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_versions_of_tls_are_refused(running, authority):
    old = authority.trust()
    old.minimum_version = ssl.TLSVersion.TLSv1_1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        shown(running.port, old)


def test_no_http_2_is_offered(running, authority):
    trust = authority.trust()
    trust.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", running.port), timeout=DEADLINE_S) as plain, trust.wrap_socket(plain, server_hostname="localhost") as wrapped:
        assert wrapped.selected_alpn_protocol() in ("http/1.1", None)


async def test_a_chat_over_wss(secret, authority, new_service, sqlite):
    service = new_service(**sqlite, **paths(secret)).start()
    async with wss_client(service, authority.trust(), "Ada") as tab, wss_client(service, authority.trust(), "Ada") as other:
        await tab.open()
        await other.open()
        texts = [f"{i} " + "x" * 8000 for i in range(100)]
        await tab.send(*({"type": "send", "id": str(i), "text": text} for i, text in enumerate(texts[:5])))
        for i, text in enumerate(texts[5:], 5):
            await tab.send({"type": "send", "id": str(i), "text": text})
        for text in texts:
            assert (await other.until("message"))["text"] == text
        assert [m["text"] for m in (await other.open(after=0, limit=500))["messages"]] == texts


def test_a_large_file_over_https(secret, authority, web_root):
    with Server(web_root, **paths(secret)) as server, https(server.port, authority.trust()) as connection:
        for _ in range(3):
            status, _, body = exchange(connection, "/large.bin")
            assert (status, body) == (200, LARGE)
        assert exchange(connection, "/healthz")[0] == 200


def test_an_exchanged_certificate_is_shown(running, secret, authority):
    trust = authority.trust()
    before = shown(running.port, trust)
    with https(running.port, trust) as kept:
        assert exchange(kept, "/healthz")[0] == 200
        for _ in range(2):
            serial, files = authority.issue()
            assert serial != before
            write(secret, files)
            wait_for(lambda serial=serial: shown(running.port, trust) == serial, "the new one is shown")
            before = serial
        with contextlib.suppress(http.client.RemoteDisconnected):  # idle for too long, on a slow machine
            assert exchange(kept, "/healthz")[0] == 200
    assert running.log().count("the certificate was exchanged") == 2


async def test_open_connections_outlive_an_exchange(secret, authority, new_service, sqlite):
    service = new_service(**sqlite, **paths(secret)).start()
    async with wss_client(service, authority.trust(), "Ada") as tab:
        await tab.open()
        serial, files = authority.issue()
        write(secret, files)
        wait_for(lambda: shown(service.port, authority.trust()) == serial, "the new one is shown")
        assert (await tab.say("1", "still here"))["type"] == "ack"


def test_a_pair_that_does_not_fit_changes_nothing(running, secret, authority):
    before = shown(running.port, authority.trust())
    first, second = authority.issue()[1], authority.issue()[1]
    write(secret, {"tls.crt": first["tls.crt"], "tls.key": second["tls.key"]})
    wait_for(lambda: "the certificate stays as it was" in running.log(), "it is told")
    assert shown(running.port, authority.trust()) == before
    serial, files = authority.issue()
    write(secret, files)
    wait_for(lambda: shown(running.port, authority.trust()) == serial, "the next one is shown")
    assert running.log().count("the certificate stays as it was") == 1


@pytest.mark.parametrize("program", PROGRAMS)
def test_wrong_files_stop_the_start_with_one_line(program, tmp_path, authority, secret, web_root):
    other = tmp_path / "other.key"
    other.write_text(authority.issue()[1]["tls.key"])
    encrypted = tmp_path / "encrypted.key"
    encrypted.write_text(authority.encrypted_key())
    text = tmp_path / "text"
    text.write_text("no certificate")
    right = paths(secret)
    for changes, named in [({"TLS_KEY": None}, "TLS_CERT"), ({"TLS_CERT": None}, "TLS_KEY"), ({"TLS_CERT": tmp_path / "none"}, "TLS_CERT"),
                           ({"TLS_KEY": tmp_path / "none"}, "TLS_KEY"), ({"TLS_CERT": text}, "TLS_CERT"), ({"TLS_KEY": text}, "TLS_KEY"),
                           ({"TLS_CERT": right["TLS_KEY"]}, "TLS_CERT"), ({"TLS_KEY": other}, "TLS_KEY"), ({"TLS_KEY": encrypted}, "TLS_KEY"),
                           ({"TLS_CERT": tmp_path}, "TLS_CERT")]:
        settings = {"PORT": 0, "SQLITE_PATH": tmp_path / "chat.db", "WEB_ROOT": web_root} | right | changes
        ended = subprocess.run([PROGRAMS[program]], env=environment(**settings), capture_output=True, text=True, timeout=DEADLINE_S, stdin=subprocess.DEVNULL)
        assert ended.returncode > 0 and ended.stdout == "" and ended.stderr.count("\n") == 1, (changes, ended.stderr)
        assert ended.stderr.startswith(f"{program}: {named} is '"), ended.stderr


def test_the_page_is_told_nothing_else(secret, authority, web_root):
    """It takes wss where it came by https."""
    with Server(web_root, **paths(secret)) as server, https(server.port, authority.trust()) as connection:
        assert json.loads(exchange(connection, "/config.json")[2])["url"] is None
