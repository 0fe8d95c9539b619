"""A WebSocket (RFC 6455) over a bare socket, that also does what a client must not."""

import base64
import contextlib
import hashlib
import json
import os
import socket
import struct

DEADLINE_S = 30
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def connect(port, receive_buffer=None):
    peer = socket.socket()
    if receive_buffer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    peer.settimeout(DEADLINE_S)
    peer.connect(("127.0.0.1", port))
    return peer


def handshake(key, method="GET", path="/chat", version="HTTP/1.1", **headers):
    """The request's bytes. A header given as None is left out, others are added or replaced; _ stands for -."""
    usual = {"Host": "localhost", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13",
             "Sec-WebSocket-Protocol": "chat.v1"}
    usual |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{method} {path} {version}"] + [f"{name}: {value}" for name, value in usual.items() if value is not None]
    return "\r\n".join(lines + ["", ""]).encode()


class Refused(Exception):
    """What was answered instead of 101."""

    def __init__(self, status, headers):
        super().__init__(status)
        self.status = status
        self.headers = headers


class RawWebSocket:
    def __init__(self, port, receive_buffer=None, request={}):
        self.peer = connect(port, receive_buffer)
        self.unread = b""
        key = base64.b64encode(os.urandom(16)).decode()
        self.peer.sendall(handshake(**({"key": key} | request)))
        self.status, self.headers = self._read_head()
        if self.status != 101:
            self.peer.close()
            raise Refused(self.status, self.headers)
        accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
        assert self.headers["sec-websocket-accept"] == accept

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.peer.close()

    def _fill(self):
        piece = self.peer.recv(65536)
        if not piece:
            raise ConnectionError("ended")
        self.unread += piece

    def _read_head(self):
        with contextlib.suppress(ConnectionError):
            while b"\r\n\r\n" not in self.unread:
                self._fill()
        head, _, self.unread = self.unread.partition(b"\r\n\r\n")
        if not head:
            return 0, {}  # hung up without a word
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        return int(first.split()[1]), {name.lower(): value for name, value in headers.items()}

    def _take(self, n):
        while len(self.unread) < n:
            self._fill()
        taken, self.unread = self.unread[:n], self.unread[n:]
        return taken

    # ---- frames ----

    @staticmethod
    def frame(opcode, payload=b"", final=True, reserved=0, masked=True, length_bytes=None):
        n = len(payload)
        if length_bytes is None:
            length_bytes = 0 if n < 126 else 2 if n < 65536 else 8
        first = (0x80 if final else 0) | reserved << 4 | opcode
        short = {0: n, 2: 126, 8: 127}[length_bytes]
        length = n.to_bytes(length_bytes, "big") if length_bytes else b""
        head = struct.pack("!BB", first, short | (0x80 if masked else 0)) + length
        if not masked:
            return head + payload
        mask = os.urandom(4)
        return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))

    def send_bytes(self, data):
        self.peer.sendall(data)

    def send(self, opcode, payload=b"", **options):
        self.send_bytes(self.frame(opcode, payload, **options))

    def send_json(self, *frames):
        self.send(TEXT, "\n".join(json.dumps(frame) for frame in frames).encode())

    def receive(self):
        """(opcode, payload) of the next frame."""
        first, second = self._take(2)
        assert first & 0x70 == 0 and second & 0x80 == 0, "reserved bits or a mask from the server"
        n = second & 0x7F
        if n >= 126:
            n = int.from_bytes(self._take(2 if n == 126 else 8), "big")
        payload = self._take(n)
        opcode = first & 0x0F
        while not first & 0x80:
            first, following = self._continuation()
            payload += following
        return opcode, payload

    def _continuation(self):
        first, n = self._take(2)
        assert first & 0x0F == CONTINUATION
        if n >= 126:
            n = int.from_bytes(self._take(2 if n == 126 else 8), "big")
        return first, self._take(n)

    def events(self):
        """The objects of the next text message."""
        opcode, payload = self.receive()
        assert opcode == TEXT, (opcode, payload)
        return [json.loads(line) for line in payload.decode().split("\n")]

    def closed_with(self):
        """The code that the server closes with (1005: none in its frame), past whatever comes before. The answer to a close
        frame of ours counts as well. 1006: it hung up without one."""
        try:
            while True:
                opcode, payload = self.receive()
                if opcode == CLOSE:
                    break
        except ConnectionError:
            return 1006
        with contextlib.suppress(OSError):
            self.send(CLOSE, payload[:2])
        return struct.unpack("!H", payload[:2])[0] if payload else 1005

    def is_ended(self):
        """The server hangs up, too."""
        try:
            while self.peer.recv(65536):
                pass
        except TimeoutError:
            return False
        except OSError:
            pass
        return True
