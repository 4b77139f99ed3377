"""A client that trusts nobody: Python's own, on one connection as long as that is kept.

    strict_client.py PORT METHOD...
For each METHOD, from 0, it asks for /answer/N and then, on the same connection, with GET for /marker/N. It prints a line
for each answer: its status and its body (escaped like a URL), or "cut" when the connection ended before the answer's end.
"""
import http.client
import sys


def visible(data):
    return "".join(chr(b) if 0x21 <= b <= 0x7E and b != 0x25 else "%%%02X" % b for b in data)


class Answer(http.client.HTTPResponse):
    """The library knows 100 as an interim answer, and takes any other one for the answer itself."""

    def _read_status(self):
        while True:
            version, status, reason = super()._read_status()
            if not 101 < status < 200:
                return version, status, reason
            http.client.parse_headers(self.fp)


def ask(connection, method, path):
    try:
        connection.request(method, path, headers={"TE": "trailers"})
        answer = connection.getresponse()
        body = answer.read()
        print(answer.status, visible(body), flush=True)
    except (http.client.IncompleteRead, http.client.RemoteDisconnected, ConnectionError):
        print("cut", flush=True)
        connection.close()
    except http.client.HTTPException as what:
        print("refused", repr(what), flush=True)
        connection.close()


def main():
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=20)
    connection.response_class = Answer
    for number, method in enumerate(sys.argv[2:]):
        ask(connection, method, "/answer/%d" % number)
        ask(connection, "GET", "/marker/%d" % number)


main()
