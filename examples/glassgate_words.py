"""The gateway's values in words, for glassgate_gdb.py: how each is read out of a stopped process, and how it is told."""

import time

UNITS = ((3600 * 10**9, "h"), (60 * 10**9, "min"), (10**9, "s"), (10**6, "ms"), (10**3, "us"), (1, "ns"))


# ---- Reading values, without the library's own printers, which not every machine has ----

def names_of(value):
    return [field.name for field in value.type.strip_typedefs().fields()]


def text(value):
    """A std::string or a std::string_view. What a peer wrote must not move the terminal's cursor."""
    is_view = "_M_str" in names_of(value)
    start = value["_M_str"] if is_view else value["_M_dataplus"]["_M_p"]
    size = int(value["_M_len" if is_view else "_M_string_length"])
    read = start.string("utf-8", "replace", length=size) if 0 < size < 1 << 20 else ""
    return "".join(one if one.isprintable() or one in "\r\n" else "?" for one in read)


def items(vector):
    first, last = vector["_M_impl"]["_M_start"], vector["_M_impl"]["_M_finish"]
    return [first[i] for i in range(int(last - first))]


def bits(vector):
    """Of a std::vector<bool>."""
    first, last = vector["_M_impl"]["_M_start"], vector["_M_impl"]["_M_finish"]
    width = first["_M_p"].dereference().type.sizeof * 8
    size = int(last["_M_p"] - first["_M_p"]) * width + int(last["_M_offset"])
    return [bool(int(first["_M_p"][i // width]) >> i % width & 1) for i in range(size)]


def shared(pointer):
    return pointer["_M_ptr"]


def number(atomic):
    """Of a std::atomic of a whole number."""
    while "_M_i" not in names_of(atomic):
        atomic = atomic[atomic.type.strip_typedefs().fields()[0]]  # its base
    return int(atomic["_M_i"])


def duration(ns):
    if ns == 0:
        return "0"
    unit, name = next((unit, name) for unit, name in UNITS if abs(ns) >= unit)
    return f"{ns / unit:.6g} {name}"


def nanoseconds(value):
    return int(value["__d"]["__r"] if "__d" in names_of(value) else value["__r"])


def address_text(address):
    raw = [int(address["bytes_"]["_M_elems"][i]) for i in range(16)]
    if address["v4_"]:
        return ".".join(map(str, raw[:4]))
    return ":".join(f"{raw[i] << 8 | raw[i + 1]:x}" for i in range(0, 16, 2))


def error_name(value):
    return str(value).rsplit("::", 1)[-1]


def backend_text(backend):
    return f"{text(backend['name'])} ({number(backend['in_flight'])} in flight)"


def route_text(route):
    return f"{text(route['path'])} -> {text(route['upstream'])}"


# ---- A request, as a person would tell it ----

def request_line(x):
    if not text(x["request"]["method"]):
        line = text(x["request"]["bytes"]).split("\r\n")[0]
        return f"{line} (not checked yet)" if line else "(not read yet)"
    return f"{text(x['request']['method'])} {text(x['request']['target'])}"


def candidates_of(x):
    if not x["upstream"] or not bits(x["candidates"]):
        return None
    names = [text(shared(backend)["name"]) for backend in items(x["upstream"]["backends"])]
    left = [name for name, is_left in zip(names, bits(x["candidates"])) if is_left]
    return f"{', '.join(left) or 'nobody'} of {len(names)}"


def backend_of(x):
    attempts = int(x["attempts"])
    tried = f", attempt {attempts}" if attempts else ", not asked yet"
    return backend_text(x["backend"]) + tried if x["backend"] else None


def answer_text(response):
    if not response["begun_"]:
        return f"{int(response['head_status_'])}, about to be sent" if response["head_status_"] else "not begun"
    how = "complete" if response["complete_"] else "cut" if response["failed_"] else "on its way"
    return f"{int(response['status_'])}, {int(response['bytes_'])} bytes of body, {how}"


def error_of(x):
    detail = text(x["detail"])
    return error_name(x["error"]) + (f": {detail}" if detail else "")


def rows_of(x):
    host = text(x["host"])
    yield "request", request_line(x) + (f", for {host}" if host else "")
    yield "client", address_text(x["client"]["peer"])
    if nanoseconds(x["started"]):
        yield "began", f"{max(0, time.monotonic_ns() - nanoseconds(x['started'])) / 1e9:.3f} s ago, stops included"
    yield "trace id", text(x["trace_id"])
    yield "route", route_text(x["route"]) if x["route"] else None
    yield "left to ask", candidates_of(x)
    yield "backend", backend_of(x)
    yield "answer", answer_text(x["response"])
    yield "error", error_of(x)


def members_of(x):
    """Those that are known by now, by their names in the code."""
    yield "client.peer", x["client"]["peer"]
    if nanoseconds(x["started"]):
        yield "started", x["started"]
    for name in ("path", "trace_id"):
        if text(x[name]):
            yield name, x[name]
    for name in ("route", "upstream", "backend"):
        if x[name]:
            yield name, x[name].dereference()
    for name in ("attempts", "response", "error"):
        yield name, x[name]


def told(x):
    return "".join(f"\n  {name:<12} {value or '-'}" for name, value in rows_of(x))
