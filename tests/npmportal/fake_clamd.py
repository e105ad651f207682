"""A scanner that speaks ClamAV's own protocol on a real socket, and answers as it is told to."""

import socketserver
import struct
import threading
import time
from contextlib import contextmanager

from tests.npmportal.upload_corpus import EICAR

VERSION = b"ClamAV 1.4.3/27500/Invented"


class FakeClamd:
    """How it behaves: “scan” looks for EICAR; “limit”, “exceeds” and “encrypted” say that they could not look;
    “silent” never answers; “error” and “nonsense” answer what means nothing; “hangs up” and “cut off” close in
    mid-sentence."""

    def __init__(self, behaviour="scan", limit=1_000_000_000):
        self.behaviour, self.limit = behaviour, limit
        self.streams = []


class _Handler(socketserver.BaseRequestHandler):
    def handle(self):
        clamd = self.server.clamd
        command = self._until_null()
        if clamd.behaviour == "silent":
            time.sleep(3)
            return
        if command == b"zPING":
            self.request.sendall(b"PONG\0")
        elif command == b"zVERSION":
            self.request.sendall(VERSION + b"\0")
        elif command == b"zINSTREAM":
            answer = self._scanned(clamd)
            self.request.sendall(answer if clamd.behaviour == "cut off" else answer + b"\0")
        else:
            self.request.sendall(b"UNKNOWN COMMAND\0")

    def _scanned(self, clamd):
        if clamd.behaviour == "hangs up":
            return b""
        content = b""
        while length := struct.unpack("!L", self._exactly(4))[0]:
            content += self._exactly(length)
            if len(content) > clamd.limit:
                return b"INSTREAM size limit exceeded. ERROR"
        clamd.streams.append(content)
        answers = {
            "exceeds": b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND",
            "encrypted": b"stream: Heuristics.Encrypted.PDF FOUND",
            "error": b"stream: Can't allocate memory ERROR",
            "nonsense": b"HTTP/1.1 200 OK",
        }
        found = b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"
        return answers.get(clamd.behaviour, found)

    def _until_null(self):
        received = b""
        while not received.endswith(b"\0"):
            received += self._exactly(1)
        return received[:-1]

    def _exactly(self, count):
        received = b""
        while len(received) < count:
            piece = self.request.recv(count - len(received))
            if not piece:
                raise ConnectionError
            received += piece
        return received


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        """A client that hangs up is no news."""


class _Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that hangs up is no news."""


@contextmanager
def running(behaviour="scan", *, path=None, **more):
    """Give the fake and its address for SCANNER_URL while it runs, at a port of its own or on the socket ``path``."""
    clamd = FakeClamd(behaviour, **more)
    server = _Unix(str(path), _Handler) if path else _Tcp(("127.0.0.1", 0), _Handler)
    server.clamd = clamd
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield clamd, f"clamd://{path}" if path else f"clamd://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
