"""RFC 6455 over a bare socket: the handshake, frames and close codes, also where the library leaves them to the application."""

import contextlib
import json
import struct

import pytest

from raw_websocket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, RawWebSocket, Refused, connect, handshake

HELLO = b'{"type":"hello","name":"Ada"}'
PROTOCOL_ERROR, NO_UTF8, TOO_BIG = 1002, 1007, 1009


@pytest.fixture
def service(one_service):
    return one_service


@pytest.fixture
def raw(service):
    with RawWebSocket(service.port) as socket:
        yield socket


def closes(service, sent):
    """The close codes that these bytes are answered with, each on a connection of its own, and that all are hung up on. (Side by
    side: the library waits some seconds for the answer to its close frame.)"""
    sockets = [RawWebSocket(service.port) for _ in sent]
    try:
        for raw, data in zip(sockets, sent):
            with contextlib.suppress(OSError):  # it may have heard enough before the end
                raw.send_bytes(data)
        codes = [raw.closed_with() for raw in sockets]
        assert all(raw.is_ended() for raw in sockets)
        return codes
    finally:
        for raw in sockets:
            raw.peer.close()


def is_greeted(raw, name="Ada"):
    event, = raw.events()
    return (event["type"], event["name"]) == ("welcome", name)


# ---- the handshake ----


def refusal(service, **request):
    with pytest.raises(Refused) as refused:
        RawWebSocket(service.port, request=request)
    return refused.value.status


@pytest.mark.parametrize("protocol, answered", [("chat.v1", "chat.v1"), (None, None), ("chat.v2, chat.v1", "chat.v1")])
def test_the_subprotocol_that_is_spoken(service, protocol, answered):
    with RawWebSocket(service.port, request={"Sec_WebSocket_Protocol": protocol}) as raw:
        assert raw.headers.get("sec-websocket-protocol") == answered
        raw.send(TEXT, HELLO)
        assert is_greeted(raw)


def test_another_subprotocol_is_not_spoken(service):
    """RFC 6455 lets a server that speaks none of them refuse, or go on without one; never confirm it."""
    try:
        with RawWebSocket(service.port, request={"Sec_WebSocket_Protocol": "chat.v9"}) as raw:
            assert raw.headers.get("sec-websocket-protocol") is None
    except Refused as refused:
        assert refused.status in (0, 400, 403)


@pytest.mark.parametrize("path", ["/", "/chat/", "/Chat", "/chat2", "/chat/x", "/metrics", "/healthz", "/" + "c" * 1000])
def test_other_paths_are_not_found(service, path):
    assert refusal(service, path=path) == 404


def test_a_query_is_ignored(service):
    with RawWebSocket(service.port, request={"path": "/chat?token=1"}) as raw:
        raw.send(TEXT, HELLO)
        assert is_greeted(raw)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_other_methods_are_refused(service, method):
    assert refusal(service, method=method) in (0, 400, 404, 405)
    assert service.request("/healthz")[0] == 200


@pytest.mark.parametrize("version", ["12", "8", "0", "14", "thirteen", "13.0", "-13", "130"])
def test_other_versions_need_an_upgrade(service, version):
    with pytest.raises(Refused) as refused:
        RawWebSocket(service.port, request={"Sec_WebSocket_Version": version})
    assert (refused.value.status, refused.value.headers.get("sec-websocket-version")) == (426, "13")


@pytest.mark.parametrize("request_", [
    {"Upgrade": None}, {"Upgrade": "tea"}, {"Connection": None}, {"Connection": "close"}, {"Sec_WebSocket_Key": None},
    {"Sec_WebSocket_Key": ""}, {"Sec_WebSocket_Version": None}, {"Host": None}, {"version": "HTTP/1.0"},
], ids=str)
def test_without_all_of_the_handshake_there_is_no_socket(service, request_):
    """Whatever HTTP makes of it; never 101 without what the RFC demands of the client."""
    try:
        with RawWebSocket(service.port, request=request_) as raw:
            # Lenient where nothing is at stake: a proxy may have added or dropped it.
            assert request_.keys() <= {"Host", "version", "Connection"}
            raw.send(TEXT, HELLO)
            assert is_greeted(raw)
    except Refused:
        pass
    assert service.request("/healthz")[0] == 200


def test_allowed_origins(new_service, sqlite):
    service = new_service(**sqlite, ALLOWED_ORIGINS="https://a.example, http://localhost:8000").start()
    for origin in ("https://a.example", "http://localhost:8000", "HTTPS://A.EXAMPLE"):
        with RawWebSocket(service.port, request={"Origin": origin}) as raw:
            raw.send(TEXT, HELLO)
            assert is_greeted(raw)
    for origin in ("https://b.example", "https://a.example.evil", "http://a.example", "null", "https://a.example/", "https://a.example,", "x" * 1000):
        assert refusal(service, Origin=origin) == 403
    with RawWebSocket(service.port) as raw:  # not a browser
        raw.send(TEXT, HELLO)
        assert is_greeted(raw)


def test_a_handshake_byte_by_byte(service):
    with connect(service.port) as peer:
        for byte in handshake("dGhlIHNhbXBsZSBub25jZQ=="):
            peer.sendall(bytes([byte]))
        assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in peer.recv(4096)


def test_frames_right_behind_the_handshake(service):
    with connect(service.port) as peer:
        peer.sendall(handshake("dGhlIHNhbXBsZSBub25jZQ==") + RawWebSocket.frame(TEXT, HELLO))
        answer = b""
        while b"welcome" not in answer:
            piece = peer.recv(4096)
            assert piece
            answer += piece


@pytest.mark.parametrize("junk", [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\x00" * 1000, b"GET /chat\r\n\r\n", b"GET /chat HTTP/1.1\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
    b"GET /chat HTTP/1.1\r\nSec-WebSocket-Key: " + b"a" * 100_000 + b"\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", bytes(range(256)) * 10,
], ids=lambda junk: repr(junk[:16]))
def test_junk_instead_of_a_handshake(service, junk):
    with connect(service.port) as peer:
        try:
            peer.sendall(junk)
            peer.shutdown(1)
            while peer.recv(4096):
                pass
        except OSError:
            pass
    assert service.request("/healthz")[0] == 200


# ---- frames ----


@pytest.mark.parametrize("pieces", [1, 2, 3, 29])
def test_a_message_in_fragments(raw, pieces):
    size = -(-len(HELLO) // pieces)
    parts = [HELLO[i:i + size] for i in range(0, len(HELLO), size)]
    for i, part in enumerate(parts):
        raw.send(CONTINUATION if i else TEXT, part, final=i + 1 == len(parts))
    assert is_greeted(raw)


def test_empty_fragments(raw):
    parts = (b"", HELLO[:9], b"", b"", HELLO[9:], b"")
    for i, part in enumerate(parts):
        raw.send(CONTINUATION if i else TEXT, part, final=i + 1 == len(parts))
    assert is_greeted(raw)


def test_bytes_one_by_one(raw):
    for byte in RawWebSocket.frame(TEXT, HELLO[:10], final=False) + RawWebSocket.frame(PING, b"p") + RawWebSocket.frame(CONTINUATION, HELLO[10:]):
        raw.send_bytes(bytes([byte]))
    assert sorted(opcode for opcode, _ in (raw.receive(), raw.receive())) == [TEXT, PONG]


def test_many_small_fragments(raw):
    """4,000 of them, one byte each, and pings between."""
    text = json.dumps({"type": "hello", "name": "Ada", "ignored": "x" * 3950}).encode()
    raw.send_bytes(b"".join(RawWebSocket.frame(CONTINUATION if i else TEXT, text[i:i + 1], final=i + 1 == len(text)) for i in range(len(text))))
    assert is_greeted(raw)


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_fragments_inside_a_code_point(raw, cut):
    before, name, after = b'{"type":"hello","name":"', "\U0001f600".encode(), b'"}'
    raw.send(TEXT, before + name[:cut], final=False)
    raw.send(CONTINUATION, name[cut:] + after)
    assert is_greeted(raw, "\U0001f600")


NOT_UTF8 = [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe0\x80\x80", b"\x80", b"\xf8\x88\x80\x80\x80", b"abc\xe2\x82"]


def test_bad_utf8_closes(service):
    payloads = [bad if bad.startswith(b"abc") else b'{"type":"hello","name":"' + bad + b'"}' for bad in NOT_UTF8]
    whole = [RawWebSocket.frame(TEXT, payload) for payload in payloads]
    pieces = [b"".join(RawWebSocket.frame(CONTINUATION if i else TEXT, payload[i:i + 1], final=i + 1 == len(payload))
                       for i in range(len(payload))) for payload in payloads]
    assert closes(service, whole + pieces) == [NO_UTF8] * 2 * len(NOT_UTF8)


def test_control_frames_between_fragments(raw):
    raw.send(TEXT, HELLO[:5], final=False)
    raw.send(PING, b"between")
    assert raw.receive() == (PONG, b"between")
    raw.send(CONTINUATION, HELLO[5:12], final=False)
    raw.send(PONG, b"unasked")
    raw.send(CONTINUATION, HELLO[12:])
    assert is_greeted(raw)


@pytest.mark.parametrize("payload", [b"", b"x", b"\xff\x00", b"p" * 125])
def test_a_ping_gets_its_payload_back(raw, payload):
    raw.send(PING, payload)
    assert raw.receive() == (PONG, payload)
    raw.send(TEXT, HELLO)
    assert is_greeted(raw)


def test_pongs_nobody_asked_for_are_ignored(raw):
    for payload in (b"", b"x" * 125):
        raw.send(PONG, payload)
    raw.send(TEXT, HELLO)
    assert is_greeted(raw)


FORBIDDEN = [
    *(RawWebSocket.frame(TEXT, HELLO, reserved=bits) for bits in (1, 2, 4, 7)),
    RawWebSocket.frame(PING, b"", reserved=4),
    *(RawWebSocket.frame(opcode, b"x") for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)),
    *(RawWebSocket.frame(opcode, b"", final=False) for opcode in (PING, PONG, CLOSE)),
    RawWebSocket.frame(CONTINUATION, HELLO), RawWebSocket.frame(CONTINUATION, HELLO, final=False),
    RawWebSocket.frame(TEXT, b"{", final=False) + RawWebSocket.frame(TEXT, b"}"),
    RawWebSocket.frame(TEXT, b"{", final=False) + RawWebSocket.frame(BINARY, b"}"),
]


def test_what_the_protocol_forbids_closes(service):
    assert closes(service, FORBIDDEN) == [PROTOCOL_ERROR] * len(FORBIDDEN)


def test_control_frames_that_are_too_long_close(service):
    """The library hangs up without a close frame; RFC 6455 (7.1.7) lets it."""
    frames = [RawWebSocket.frame(opcode, b"\x03\xe8" + b"x" * n) for opcode in (PING, PONG, CLOSE) for n in (124, 300, 70_000)]
    assert set(closes(service, frames)) <= {PROTOCOL_ERROR, 1006}


@pytest.mark.parametrize("length_bytes", [2, 8])
def test_lengths_that_are_longer_than_needed(raw, length_bytes):
    """The RFC demands the shortest form of the sender; a receiver may take either, and must survive."""
    raw.send(TEXT, HELLO, length_bytes=length_bytes)
    opcode, payload = raw.receive()
    assert opcode == CLOSE or json.loads(payload)["type"] == "welcome"


def test_unmasked_frames(raw):
    """The RFC has servers refuse them; the library takes them. What matters holds: no harm is done."""
    raw.send(TEXT, HELLO, masked=False)
    opcode, payload = raw.receive()
    assert opcode == CLOSE or json.loads(payload)["type"] == "welcome"


def test_a_message_without_a_byte_is_nothing(raw):
    raw.send(TEXT, b"")
    raw.send(TEXT, b"\n \n\t\r\n")
    raw.send(TEXT, HELLO)
    assert is_greeted(raw)


# ---- sizes ----


def test_a_message_too_big_closes(service):
    """And says so, although the rest of it is still coming."""
    largest = 64 * 1024 + 8 * 8192
    assert closes(service, [RawWebSocket.frame(TEXT, b" " * size) for size in (largest + 1, 200_000, 1_000_000)]) == [TOO_BIG] * 3
    with RawWebSocket(service.port) as raw:
        raw.send(TEXT, HELLO + b" " * (largest - len(HELLO)))
        assert is_greeted(raw)


def test_a_length_too_big_closes_before_it_comes(service):
    sizes = (10_000_000, 2**31, 2**32 + 5, 2**63 - 1)
    frames = [struct.pack("!BBQ", 0x81, 0x80 | 127, size) + b"mask" + b"x" * 100 for size in sizes]
    assert closes(service, frames) == [TOO_BIG] * len(sizes)
    impossible = [struct.pack("!BBQ", 0x81, 0x80 | 127, size) + b"mask" for size in (2**63, 2**64 - 1)]
    assert set(closes(service, impossible)) <= {PROTOCOL_ERROR, TOO_BIG, 1006}  # the library hangs up


def test_fragments_too_big_together_close(raw):
    raw.send(TEXT, b" " * 50_000, final=False)
    with contextlib.suppress(OSError):  # until it hangs up
        for _ in range(100):
            raw.send(CONTINUATION, b" " * 50_000, final=False)
    assert raw.closed_with() == TOO_BIG and raw.is_ended()


def test_the_largest_text_fits_however_it_is_escaped(service):
    with RawWebSocket(service.port) as raw:
        raw.send(TEXT, HELLO)
        assert is_greeted(raw)
        for i, text in enumerate((b"a" * 8192, b"\\u0001" * 8192, b"\\u00e9" * 4096, b"\\ud83d\\ude00" * 2048)):
            raw.send(TEXT, b'{"type":"send","id":"%d","text":"%s"}' % (i, text))
            assert raw.events()[0]["type"] == "ack"


# ---- closing ----


def close_frames(*codes):
    return [RawWebSocket.frame(CLOSE, struct.pack("!H", code) + "gr\u00fc\u00dfe".encode()) for code in codes]


def test_valid_close_codes_are_echoed(service):
    valid = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
    assert closes(service, close_frames(*valid)) == list(valid)


def test_a_close_without_a_code_is_answered(service):
    assert closes(service, [RawWebSocket.frame(CLOSE)])[0] in (1000, 1005)


def test_an_impossible_close_is_a_protocol_error(service):
    impossible = close_frames(0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)
    assert closes(service, impossible + [RawWebSocket.frame(CLOSE, b"\x03")]) == [PROTOCOL_ERROR] * (len(impossible) + 1)


def test_a_close_reason_that_is_not_utf8(service):
    """The library hangs up without a close frame of its own."""
    assert closes(service, [RawWebSocket.frame(CLOSE, b"\x03\xe8\xff\xfe")])[0] in (NO_UTF8, PROTOCOL_ERROR, 1006)


def test_nothing_is_handled_behind_a_close(raw, service):
    raw.send(TEXT, HELLO)
    assert is_greeted(raw)
    raw.send_bytes(RawWebSocket.frame(CLOSE, b"\x03\xe8") + RawWebSocket.frame(TEXT, b'{"type":"send","id":"late","text":"x"}'))
    assert raw.closed_with() == 1000 and raw.is_ended()
    assert service.metrics()['frames_received_total{type="send"}'] == 0
    with RawWebSocket(service.port) as again:
        again.send_json({"type": "hello", "name": "Ada"}, {"type": "open"})
        events = again.events()
        events += again.events() if len(events) < 2 else []
        assert events[1]["messages"] == []


def test_a_connection_cut_inside_a_frame(service):
    frame = RawWebSocket.frame(TEXT, HELLO)
    for cut in (1, 2, 5, len(frame) - 1):
        with RawWebSocket(service.port) as raw:
            raw.send_bytes(frame[:cut])
    assert service.request("/healthz")[0] == 200


def test_random_frames_cost_only_their_own_connection(service, chance):
    for _ in range(150):
        with RawWebSocket(service.port) as raw:
            try:
                for _ in range(chance.randrange(1, 8)):
                    payload = chance.choice([HELLO, b"", chance.randbytes(chance.randrange(300)), b"{" * 50])
                    raw.send(chance.choice([0, 1, 1, 1, 2, 8, 9, 10, chance.randrange(16)]), payload, final=chance.random() < 0.7,
                             reserved=chance.choice([0, 0, 0, 0, 1, 4]), masked=chance.random() < 0.9)
                raw.send_bytes(chance.randbytes(chance.randrange(20)))
            except OSError:
                pass
    assert service.request("/healthz")[0] == 200
