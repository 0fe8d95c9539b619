"""chat-client as browsers, proxies and strangers meet it: the process, its sockets, its settings."""

import contextlib
import email.parser
import gzip
import http.client
import json
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import time

import pytest

PROGRAM = pathlib.Path(os.environ["FRONTDESK_BIN"]) / "chat-client"
DEADLINE_S = 30
LARGE = bytes(i * i % 251 for i in range(2_000_000))


@pytest.fixture(scope="module")
def web_root(tmp_path_factory):
    root = tmp_path_factory.mktemp("web")
    (root / "assets").mkdir()
    (root / "index.html").write_text("<!doctype html><title>Chat</title>")
    script = root / "assets" / "app-1a2b.js"
    script.write_text("console.log(1)\n" * 3000)
    script.with_name(script.name + ".gz").write_bytes(gzip.compress(script.read_bytes()))
    script.with_name(script.name + ".br").write_bytes(b"stands for brotli")
    (root / "assets" / "large-3c4d.bin").write_bytes(LARGE)
    return root


class Server:
    def __init__(self, web_root, **settings):
        self.process = subprocess.Popen(
            [PROGRAM], env=environment(WEB_ROOT=str(web_root), PORT="0", **settings), stderr=subprocess.PIPE, text=True
        )
        line = self.process.stderr.readline()
        assert " listening " in line, line + self.process.communicate()[1]
        self.port = int(re.search(r"port=(\d+)", line)[1])

    def request(self, path, method="GET", **headers):
        """(status, headers, body) on a connection of its own."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)) as connection:
            return exchange(connection, path, method, **headers)

    def connect(self, **options):
        return contextlib.closing(connect(self.port, **options))

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.process.communicate(timeout=DEADLINE_S)
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        if self.process.poll() is None and failure:
            self.process.kill()
            self.process.communicate()
        elif self.process.poll() is None:
            assert self.stop() == 0


def environment(**settings):
    inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS")}
    return inherited | settings


def exchange(connection, path, method="GET", **headers):
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    return response.status, response.headers, response.read()


def connect(port, receive_buffer=None):
    peer = socket.socket()
    if receive_buffer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    peer.settimeout(DEADLINE_S)
    peer.connect(("127.0.0.1", port))
    return peer


def read_to_end(peer):
    """All that comes until the server hangs up, in whichever way it does."""
    data = b""
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        while piece := peer.recv(65536):
            data += piece
    return data


def parsed(raw):
    head, _, body = raw.partition(b"\r\n\r\n")
    status, _, fields = head.decode().partition("\r\n")
    return int(status.split()[1]), email.parser.Parser().parsestr(fields), body


@pytest.fixture(scope="module")
def server(web_root):
    with Server(web_root) as server:
        yield server


def test_page_and_its_headers(server):
    for path in ("/", "/index.html", "/?from=mail", "/#/chat/ann"):
        status, headers, body = server.request(path.partition("#")[0])
        assert (status, body) == (200, b"<!doctype html><title>Chat</title>")
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        assert headers["Cache-Control"] == "no-cache"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Date"].endswith(" GMT")
        assert headers["Content-Security-Policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
            "connect-src 'self' ws: wss:; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'; require-trusted-types-for 'script'"
        )


def test_encodings_are_negotiated(server, web_root):
    plain = (web_root / "assets" / "app-1a2b.js").read_bytes()
    seen = set()
    for accepted, encoding in [
        (None, None), ("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0, gzip;q=0.5", "gzip"), ("br;q=0", None),
    ]:
        status, headers, body = server.request("/assets/app-1a2b.js", **({"Accept_Encoding": accepted} if accepted else {}))
        assert (status, headers["Content-Encoding"]) == (200, encoding)
        assert body == {None: plain, "gzip": gzip.compress(plain), "br": b"stands for brotli"}[encoding] or (
            encoding == "gzip" and gzip.decompress(body) == plain
        )
        assert headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert headers["Vary"].lower() == "accept-encoding"
        seen.add(headers["ETag"])
    assert len(seen) == 3


def test_two_accept_encoding_headers_are_one_list(server):
    with server.connect() as peer:
        peer.sendall(
            b"GET /assets/app-1a2b.js HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nAccept-Encoding: br\r\n"
            b"Connection: close\r\n\r\n"
        )
        assert parsed(read_to_end(peer))[1]["Content-Encoding"] == "br"


def test_known_files_are_not_sent_again(server):
    tag = server.request("/assets/app-1a2b.js")[1]["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    for known in (tag, "W/" + tag, f'"other", {tag}', "*"):
        status, headers, body = server.request("/assets/app-1a2b.js", If_None_Match=known)
        assert (status, body, headers["ETag"], headers["Content-Length"]) == (304, b"", tag, None)
        assert "immutable" in headers["Cache-Control"]
    for unknown in ('"other"', tag.strip('"'), "W/", ""):
        assert server.request("/assets/app-1a2b.js", If_None_Match=unknown)[0] == 200
    assert server.request("/assets/app-1a2b.js", If_None_Match=tag, Accept_Encoding="br")[0] == 200


def test_head_has_the_length_and_no_body(server):
    status, headers, body = server.request("/assets/large-3c4d.bin", "HEAD")
    assert (status, headers["Content-Length"], body) == (200, str(len(LARGE)), b"")


def test_own_routes(server):
    version = subprocess.run([PROGRAM, "--version"], env=environment(), capture_output=True, text=True, check=True).stdout.strip()
    expected = {
        "/config.json": {"url": None, "ip": "", "port": 8080, "version": version},
        "/version": {"version": version},
    }
    for path, value in expected.items():
        status, headers, body = server.request(path)
        assert (status, json.loads(body)) == (200, value)
        assert (headers["Content-Type"], headers["Cache-Control"]) == ("application/json", "no-store")
    assert server.request("/healthz")[::2] == (200, b"ok\n")


def test_settings_reach_the_page(web_root):
    with Server(web_root, CHATSERVICE_IP="10.1.2.3", CHATSERVICE_PORT="30080") as server:
        config = json.loads(server.request("/config.json")[2])
        assert (config["url"], config["ip"], config["port"]) == (None, "10.1.2.3", 30080)
        policy = server.request("/")[1]["Content-Security-Policy"]
        assert "connect-src 'self' ws://10.1.2.3:30080 wss://10.1.2.3:30080;" in policy

    with Server(web_root, CHATSERVICE_URL="https://chat.example/chat", CHATSERVICE_IP="10.1.2.3") as server:
        assert json.loads(server.request("/config.json")[2])["url"] == "https://chat.example/chat"
        assert "connect-src 'self' wss://chat.example;" in server.request("/")[1]["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/nope", "/assets", "/assets/", "/assets/app-1a2b.js.br", "/index.html/", "/etc/passwd",
        "/../../etc/passwd", "/assets/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd",
        "/assets/%00", "/index.html%00", "/index.html&a", "/index.html;a", "//", "/.", "/..", "/%ff", "/\\..\\..\\etc\\passwd",
    ],
)
def test_nothing_else_is_served(server, path):
    with server.connect() as peer:
        peer.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        raw = read_to_end(peer)
    if not raw:
        return  # hung up on: as good
    status, _, body = parsed(raw)
    page = status == 200 and path in ("//", "/.", "/..", "/index.html/")
    assert b"root:" not in body and (page or status in (400, 403, 404)), (status, body)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
@pytest.mark.parametrize("size", [0, 10])
def test_other_methods_are_refused(server, method, size):
    with server.connect() as peer:
        peer.sendall(f"{method} / HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode() + b"x" * size)
        status, headers, _ = parsed(read_to_end(peer))
    assert (status, headers["Allow"], headers["Connection"]) == (405, "GET, HEAD", "close")


@pytest.mark.parametrize(
    "junk",
    [
        b"FOO / HTTP/1.1\r\nHost: x\r\n\r\n", b"CONNECT example.org:443 HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"\r\n\r\n",
        b"GET\r\n\r\n", b"GET http://example.org/ HTTP/1.1\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / GET / HTTP/1.1\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5000 + b"\r\n", b"GET /%zz HTTP/1.1\r\n\r\n", b"GET /% HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", bytes(range(256)) * 40,
        b"GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
        b"GET / HTTP/1.1\r\nUpgrade: tea\r\nConnection: Upgrade\r\n\r\n" * 3,
        b"GET / HTTP/1.1\r\nIf-None-Match: " + b'"a",' * 1500 + b"\r\n\r\n",
    ],
    ids=lambda junk: repr(junk[:24]),
)
def test_junk_costs_only_its_own_connection(server, junk):
    with server.connect() as peer:
        with contextlib.suppress(OSError):  # it may hang up before all is sent
            peer.sendall(junk)
            peer.shutdown(socket.SHUT_WR)
        read_to_end(peer)
    assert server.request("/healthz")[0] == 200


def test_websockets_are_not_offered(server):
    with server.connect() as peer:
        peer.sendall(
            b"GET /chat HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: chat.v1\r\n\r\n"
        )
        status, headers, _ = parsed(read_to_end(peer))
    assert status == 404 and headers["Upgrade"] is None


def test_upgrade_offers_are_ignored(server):
    """Some HTTP clients offer h2c with every request; they get what they asked for, in HTTP/1."""
    with server.connect() as peer:
        peer.sendall(
            b"GET /assets/large-3c4d.bin HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"
            b"HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
        )
        status, _, body = parsed(read_to_end(peer))
    assert (status, body) == (200, LARGE)


def test_connections_are_kept(server):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE_S)) as connection:
        connection.connect()
        opened = connection.sock
        for path, method in [("/", "GET"), ("/assets/large-3c4d.bin", "GET"), ("/nope", "GET"), ("/", "HEAD")] * 5:
            exchange(connection, path, method)
            assert connection.sock is opened


def test_pipelined_requests_are_answered_in_order(server):
    with server.connect() as peer:
        peer.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /nope HTTP/1.1\r\nHost: x\r\n\r\n" * 10 +
                     b"GET /version HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        statuses = re.findall(rb"HTTP/1.1 (\d+)", read_to_end(peer))
    assert statuses == [b"200", b"404"] * 10 + [b"200"]


def test_old_clients_get_an_end(server):
    with server.connect() as peer:
        peer.sendall(b"GET /assets/large-3c4d.bin HTTP/1.0\r\n\r\n")
        assert parsed(read_to_end(peer))[2] == LARGE


@pytest.mark.parametrize("length", ["44", "0" * 2000, "44, 44", "x"])
def test_a_body_is_never_taken_for_a_request(server, length):
    with server.connect() as peer:
        peer.sendall(f"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\nGET /version HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        raw = read_to_end(peer)
    assert raw.count(b"HTTP/1.1 ") == 1 and b"connection: close" in raw


def test_slow_readers_get_all_of_it(server):
    """Small bites through a small window, while others are served."""
    with server.connect(receive_buffer=4096) as peer:
        peer.sendall(b"GET /assets/large-3c4d.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        raw = b""
        while piece := peer.recv(20_000):
            if len(raw) % 7 == 0:
                assert server.request("/healthz")[0] == 200
            raw += piece
    assert parsed(raw)[2] == LARGE


def test_a_peer_that_sends_and_never_reads_is_hung_up_on(server):
    with server.connect(receive_buffer=4096) as peer:
        peer.setblocking(False)
        deadline = time.monotonic() + DEADLINE_S
        hung_up = False
        while not hung_up and time.monotonic() < deadline:
            select.select([], [peer], [], 1)
            try:
                peer.send(b"GET /assets/large-3c4d.bin HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
            except BlockingIOError:
                pass
            except OSError:
                hung_up = True
        assert hung_up


def test_a_request_that_never_ends_is_cut_off(server):
    """A byte now and then does not keep a connection."""
    with server.connect() as peer:
        peer.sendall(b"GET / HTTP/1.1\r\n")
        ended = False
        deadline = time.monotonic() + DEADLINE_S
        while not ended and time.monotonic() < deadline:
            readable, _, _ = select.select([peer], [], [], 0.5)
            with contextlib.suppress(OSError):
                if readable and not peer.recv(4096):
                    ended = True
                peer.sendall(b"X")
        assert ended


def test_more_connections_than_it_takes(server):
    """The silent ones wait out their time; the one that asks is served then at the latest."""
    silent = [connect(server.port) for _ in range(600)]
    try:
        assert server.request("/healthz")[0] == 200
    finally:
        for peer in silent:
            peer.close()
    assert server.request("/healthz")[0] == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_it(web_root, number):
    with Server(web_root) as server, server.connect(receive_buffer=4096) as peer, server.connect():
        peer.sendall(b"GET /assets/large-3c4d.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        peer.recv(1)
        assert server.stop(number) == 0


@pytest.mark.parametrize(
    "settings, line",
    [
        ({"PORT": "65536"}, "PORT is '65536', but must be a whole number from 0 to 65535"),
        ({"PORT": "http"}, "PORT is 'http', but must be a whole number from 0 to 65535"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL is 'loud', but must be debug or info or warn or error"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT is 'xml', but must be text or json"),
        ({"CHATSERVICE_PORT": "0"}, "CHATSERVICE_PORT is '0', but must be a whole number from 1 to 65535"),
        ({"CHATSERVICE_URL": "chat"}, "CHATSERVICE_URL is 'chat', but must be an address such as ws://host:8080/chat"),
        ({"CHATSERVICE_IP": "a b"}, "CHATSERVICE_IP is 'a b', but must be an IP address or a host name"),
        ({"WEB_ROOT": "/nonexistent"}, "WEB_ROOT is '/nonexistent', but must be a folder that can be read"),
        ({"LISTEN_HOST": "203.0.113.9"}, "LISTEN_HOST is '203.0.113.9', but must be an IP address of this machine"),
        ({"LISTEN_HOST": "no such host"}, "LISTEN_HOST is 'no such host', but must be an IP address of this machine"),
    ],
)
def test_wrong_settings_stop_the_start(web_root, settings, line):
    ended = subprocess.run(
        [PROGRAM], env=environment(**({"WEB_ROOT": str(web_root), "PORT": "0"} | settings)), capture_output=True, text=True,
        timeout=DEADLINE_S,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith("chat-client: " + line) and ended.stderr.count("\n") == 1


def test_a_taken_port_stops_the_start(server, web_root):
    ended = subprocess.run(
        [PROGRAM], env=environment(WEB_ROOT=str(web_root), PORT=str(server.port)), capture_output=True, text=True, timeout=DEADLINE_S
    )
    assert ended.returncode == 2
    assert ended.stderr == f"chat-client: PORT is '{server.port}', but must be a port that is free: another process has it\n"


def test_help_names_every_setting():
    shown = subprocess.run([PROGRAM, "--help"], env=environment(), capture_output=True, text=True, check=True).stdout
    for name in ("LISTEN_HOST", "PORT", "CHATSERVICE_URL", "CHATSERVICE_IP", "CHATSERVICE_PORT", "WEB_ROOT", "LOG_LEVEL", "LOG_FORMAT"):
        assert re.search(rf"^  {name} \(", shown, re.MULTILINE)
    assert subprocess.run([PROGRAM, "--port"], env=environment(), capture_output=True).returncode == 2


def has_ipv6():
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
        return True


def test_ipv6(web_root):
    """Where the machine has it; where not, the refusal names the setting."""
    if has_ipv6():
        with Server(web_root, LISTEN_HOST="::1") as server:
            with contextlib.closing(http.client.HTTPConnection("::1", server.port, timeout=DEADLINE_S)) as connection:
                assert exchange(connection, "/healthz")[0] == 200
    else:
        ended = subprocess.run(
            [PROGRAM], env=environment(WEB_ROOT=str(web_root), PORT="0", LISTEN_HOST="::1"), capture_output=True, text=True,
            timeout=DEADLINE_S,
        )
        assert ended.returncode == 2 and ended.stderr.startswith("chat-client: LISTEN_HOST is '::1'")
