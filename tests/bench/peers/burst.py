"""Clients that arrive all at once: how long each waits for its first answer."""

import selectors
import socket
import time

REQUEST = b"GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"


def arrive(port, clients):
    """Opens `clients` connections in one go and asks once on each. The waits for the whole answer, in microseconds."""
    selector = selectors.DefaultSelector()
    started = time.perf_counter()
    for _ in range(clients):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", port))
        selector.register(client, selectors.EVENT_WRITE)
    waits = []
    while len(waits) < clients:
        ready = selector.select(30)
        if not ready:
            raise SystemExit(f"bench: {clients - len(waits)} of {clients} clients got no answer in 30 s")
        for key, events in ready:
            client = key.fileobj
            if events & selectors.EVENT_WRITE:
                client.send(REQUEST)
                selector.modify(client, selectors.EVENT_READ, b"")
                continue
            piece = client.recv(65536)
            if piece:
                selector.modify(client, selectors.EVENT_READ, key.data + piece)
                continue
            if not key.data.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"bench: a client in a burst got {key.data[:60]!r}")
            waits.append((time.perf_counter() - started) * 1e6)
            selector.unregister(client)
            client.close()
    return sorted(waits)


def percentile(ordered, part):
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
