"""A network that can be broken: a TCP proxy on loopback in front of one server.

    with Proxy(port_of_the_server) as proxy:
        connect to proxy.port
        proxy.hold()                    # silence both ways: it accepts, takes what comes, and passes nothing on
        proxy.hold(answers=True)        # the server hears everything, its answers do not arrive
        proxy.release()                 # what was held arrives, late
        proxy.cut()                     # ends what is connected
        proxy.refuse(); proxy.accept()  # nobody listens; again somebody does

Its threads block, two for each connection, so that it goes on while the test does.
"""

import contextlib
import socket
import threading

from mongod import free_port


def _end(peer):
    with contextlib.suppress(OSError):
        peer.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads from it


class Proxy:
    def __init__(self, server_port):
        self.server_port = server_port
        self.port = free_port()
        self._listener = socket.create_server(("127.0.0.1", self.port))  # by its number: then the port stays while nobody listens
        self._lock = threading.Lock()
        self._peers = set()
        self._questions_pass, self._answers_pass = threading.Event(), threading.Event()
        self._is_closed = False
        self._accepting = None

    def __enter__(self):
        self.release()
        self.accept()
        return self

    def __exit__(self, *_):
        self._is_closed = True
        self.refuse()
        self.release()
        self._listener.close()

    def hold(self, answers=False):
        self._answers_pass.clear()
        if not answers:
            self._questions_pass.clear()

    def release(self):
        self._questions_pass.set()
        self._answers_pass.set()

    def cut(self):
        with self._lock:
            peers, self._peers = self._peers, set()
        for peer in peers:
            _end(peer)

    def refuse(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        if self._accepting:
            self._accepting.join()
            self._accepting = None
        self.cut()

    def accept(self):
        self._listener.listen(128)
        self._accepting = self._start(self._accept)

    @staticmethod
    def _start(work, *arguments):
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        thread.start()
        return thread

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.server_port), timeout=5)
            except OSError:
                _end(client)
                client.close()
                continue
            server.settimeout(None)
            with self._lock:
                self._peers |= {client, server}
            answering = self._start(self._pump, server, client, self._answers_pass)
            self._start(self._serve, client, server, answering)

    def _serve(self, client, server, answering):
        self._pump(client, server, self._questions_pass)
        answering.join()
        with self._lock:
            self._peers -= {client, server}
        client.close()
        server.close()

    def _pump(self, source, sink, passes):
        """Until either ends; then the other is told."""
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                passes.wait()
                sink.sendall(piece)
        passes.wait()
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
