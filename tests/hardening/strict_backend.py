"""A backend that trusts nobody: Python's own reader of heads, and a body reader that takes only what has one reading.

Its first line of output is the port that it listens on. Then one line for each request, when it is there whole:
    seen METHOD HOST+TARGET [BODY]
and what else there is to tell of a connection:
    refused REASON     bytes came that are no request, or one with two readings
    cut METHOD TARGET  the connection ended inside a request's body
The answer to a request has its line, without the "seen", as body and as X-Seen.
"""
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

output = threading.Lock()


def say(text):
    with output:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def visible(data):
    return "".join(chr(b) if 0x21 <= b <= 0x7E and b != 0x25 else "%%%02X" % b for b in data)


class Refused(Exception):
    pass


class Cut(Exception):
    pass


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.serve
        raise AttributeError(name)

    def line(self):
        line = self.rfile.readline(65536)
        if not line.endswith(b"\n"):
            raise Cut()
        if not line.endswith(b"\r\n"):
            raise Refused("a line that does not end in CR LF")
        return line[:-2]

    def exactly(self, n):
        data = self.rfile.read(n)
        if len(data) != n:
            raise Cut()
        return data

    def chunks(self):
        body = b""
        while True:
            size = self.line()
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,15}", size):
                raise Refused("chunk size " + visible(size))
            if int(size, 16) == 0:
                break
            body += self.exactly(int(size, 16))
            if self.exactly(2) != b"\r\n":
                raise Refused("no CR LF behind a chunk")
        while True:
            field = self.line()
            if field == b"":
                return body
            name = field.split(b":")[0].lower()
            if name in (b"content-length", b"transfer-encoding", b"host", b"connection"):
                raise Refused("trailer " + visible(field))

    def check_head(self):
        if self.headers.defects:
            raise Refused("defects in the head")
        if self.requestline.split(" ") != [self.command, self.requestline.split(" ")[1], "HTTP/1.1"]:
            raise Refused("request line " + visible(self.requestline.encode("latin-1")))
        for name, value in self.headers.items():
            if "\n" in value or "\r" in value or "\0" in value:
                raise Refused("line ends in " + name)
        if len(self.headers.get_all("Host", [])) != 1:
            raise Refused("not one Host")

    def read_body(self):
        lengths = self.headers.get_all("Content-Length", [])
        codings = self.headers.get_all("Transfer-Encoding", [])
        if len(lengths) + len(codings) > 1:
            raise Refused("more than one field that frames")
        if codings:
            if codings != ["chunked"]:
                raise Refused("coding " + codings[0])
            return self.chunks()
        if lengths and not re.fullmatch(r"[0-9]{1,18}", lengths[0]):
            raise Refused("length " + lengths[0])
        return self.exactly(int(lengths[0])) if lengths else b""

    def serve(self):
        try:
            self.check_head()
            body = visible(self.read_body())
        except Refused as why:
            self.close_connection = True
            say("refused %s" % why)
            return
        except Cut:
            self.close_connection = True
            say("cut %s %s" % (self.command, self.path))
            return
        name = "%s %s%s" % (self.command, self.headers["Host"], self.requestline.split(" ")[1])
        if body:
            name += " " + body
        say("seen " + name)
        self.send_response(200)
        data = b"" if self.command == "HEAD" else name.encode("latin-1")
        self.send_header("X-Seen", name)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    # What the library itself refuses.
    def send_error(self, code, message=None, explain=None):
        self.close_connection = True
        say("refused %d %s" % (code, message))

    def log_message(self, *arguments):
        pass

    def handle(self):
        try:
            super().handle()
        except (ConnectionError, BrokenPipeError):
            pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


server = Server(("127.0.0.1", 0), Handler)
say(str(server.server_address[1]))
server.serve_forever()
