"""A real mail server and a real HTTP server that keep what they got."""

import json
import socket
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller


class Mailbox:
    """What arrived; with ``refusal`` the server answers that instead."""

    def __init__(self):
        self.mails, self.refusal, self.attempts = [], "", 0

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        self.attempts += 1
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.mails.append((envelope.rcpt_tos, mail))
        return "250 OK"


@contextmanager
def mail_server():
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


class Group(ThreadingHTTPServer):
    """A service's webhook: ``got`` has path and JSON of each message, ``answer`` is what it says."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Webhook)
        self.got, self.answer, self.status = [], {"errcode": 0, "code": 0}, 200

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}/hook"


class _Webhook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append((self.path, body))
        answer = json.dumps(self.server.answer).encode()
        self.send_response(self.server.status)
        if self.server.status == 302:
            self.send_header("Location", "http://127.0.0.1:9/")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_words):
        pass


@contextmanager
def group_server():
    server = Group()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
