"""What gdb shows of the gateway, in words: `source examples/glassgate_gdb.py`, or `make debug`, which does it.

    p x          an Exchange as a person would tell it; so times, addresses, errors, routes, backends
    request      the same, from anywhere in the request: it looks for the Exchange in the frames above
    who          every thread, and what it is doing, a line each
    $is(s, "x")  for conditions: whether a string is that
    bt           without the frames between a function of the gateway and the next; `bt -no-filters` shows all
"""

import os
import re
import sys

import gdb
from gdb.FrameDecorator import FrameDecorator

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from glassgate_words import (address_text, answer_text, backend_text, duration, error_name, members_of, nanoseconds,
                             request_line, route_text, text, told)

WAITS = (("next_job", "waits for work"), ("Listener::", "waits for clients"), ("Log::", "waits for lines"),
         ("Housekeeper::", "waits for its next round"), ("Reloader::", "waits until it looks at the file"),
         ("Prober::pause", "waits for its next probe"), ("Prober::watch", "watches over probes"),
         ("wait_for_stop_signal", "waits for a signal"), ("wait_for_request", "waits for the client's next request"),
         ("wait_for_answer", "waits for the backend's answer"), ("http::Socket::", "waits for its peer"))
# Between two functions that a person wrote: how one came to be called by the other.
BETWEEN = re.compile(r"^(std::|__|_start|clone|start_thread|httplib::|glassgate::Next::operator|"
                     r"glassgate::Listener::(Queue|AcceptServer)::)|[{<(]lambda|::_FUN|operator\(\)")


def is_reference(kind):
    return kind.code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF)


def there(value):
    """What a reference refers to; anything else is itself."""
    return value.referenced_value() if is_reference(value.type) else value


class Words:
    """A pretty-printer of one line."""

    def __init__(self, value, words):
        self.value, self.words = value, words

    def to_string(self):
        try:
            return self.words(there(self.value))
        except (gdb.error, RuntimeError, StopIteration) as why:
            return f"(cannot be read here: {why})"


class Told(Words):
    """An Exchange: its first line, and behind it what is known by now. bt shows the first line."""

    def children(self):
        return members_of(there(self.value))


PRINTERS = {
    "glassgate::Backend": backend_text,
    "glassgate::RouteConfig": route_text,
    "glassgate::ResponseWriter": answer_text,
    "glassgate::Upstream": lambda upstream: text(upstream["config"]["name"]),
    "glassgate::IpAddress": address_text,
    "glassgate::HostPort": lambda at: f"{text(at['host'])}:{int(at['port'])}",
    "glassgate::http::RequestHead": lambda head: text(head["bytes"]).split("\r\n")[0],
    "glassgate::http::ResponseHead": lambda head: text(head["bytes"]).split("\r\n")[0],
}
TEMPLATES = (
    (re.compile(r"^std::chrono::duration<.*1000000000l?> ?>$"), lambda value: duration(nanoseconds(value))),
    (re.compile(r"^std::chrono::time_point<std::chrono::_V2::steady_clock"),
     lambda value: duration(nanoseconds(value)) + " since the machine started" if nanoseconds(value) else "never"),
    (re.compile(r"^std::(basic_string_view|(__cxx11::)?basic_string)<char"), lambda value: f'"{text(value)}"'),
)


def find_printer(value):
    """By its type alone: gdb 13 does not bear that the reference of a value without a printer is followed here."""
    kind = value.type.target() if is_reference(value.type) else value.type
    name = kind.unqualified().strip_typedefs().name or ""
    if name == "glassgate::Error":
        return Words(value, error_word)
    if name == "glassgate::Exchange":
        return Told(value, request_line)
    if name in PRINTERS:
        return Words(value, PRINTERS[name])
    return next((Words(value, words) for pattern, words in TEMPLATES if pattern.match(name)), None)


def error_word(value):
    for field in value.type.strip_typedefs().fields():
        if field.enumval == int(value):
            return error_name(field.name)
    return str(int(value))


# ---- Frames and threads ----

def plain(name):
    """glassgate::(anonymous namespace)::find_route(...): find_route"""
    return re.sub(r"glassgate::|\(anonymous namespace\)::|\(.*\)( const)?$", "", name or "")


class Plain(FrameDecorator):
    def function(self):
        name = super().function()
        return plain(name) if isinstance(name, str) else name


class OnlyOurs:
    """Leaves out the frames between two functions of the gateway; never the newest one."""

    name, priority, enabled = "glassgate", 100, True

    def filter(self, frames):
        for number_of_frame, frame in enumerate(frames):
            name = frame.function()
            if number_of_frame == 0 or isinstance(name, str) and not BETWEEN.search(name):
                yield Plain(frame)


def frames_of_thread():
    frame = gdb.newest_frame()
    while frame is not None:
        yield frame
        frame = frame.older()


def exchange_here():
    """The Exchange of the request that this thread is serving, or None."""
    for frame in frames_of_thread():
        for name in ("x", "x_"):
            try:
                value = frame.read_var(name) if name == "x" else frame.read_var("this")["x_"]
                value = value.referenced_value() if value.type.code == gdb.TYPE_CODE_REF else value
            except (gdb.error, ValueError, RuntimeError):
                continue
            if value.type.unqualified().strip_typedefs().name == "glassgate::Exchange":
                return value
    return None


class Request(gdb.Command):
    """The request that this thread is serving, as far as it has come."""

    def __init__(self):
        super().__init__("request", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        x = exchange_here()
        if x is not None:
            print(told(x).lstrip("\n"))
        elif any(plain(frame.name()) == "serve_request" for frame in frames_of_thread()):
            print("This thread serves a request; which one cannot be seen: built without variables, see `make debug`.")
        else:
            print("This thread serves no request.")


class Who(gdb.Command):
    """Every thread of the gateway, and what it is doing."""

    def __init__(self):
        super().__init__("who", gdb.COMMAND_STATUS)

    @staticmethod
    def doing():
        names = [frame.name() or "" for frame in frames_of_thread()]
        ours = [name for name in names if name.startswith("glassgate::") and not BETWEEN.search(name)]
        for part, words in WAITS:
            if any(part in name for name in ours[:5]):
                return words
        return "in " + plain((ours or names or ["?"])[0])

    def invoke(self, argument, from_tty):
        chosen = gdb.selected_thread()
        if chosen is None:
            raise gdb.GdbError("The program is not running.")
        for thread in sorted(gdb.selected_inferior().threads(), key=lambda one: one.num):
            thread.switch()
            x = exchange_here()
            serving = f", serving {request_line(x)}" if x is not None and text(x["request"]["method"]) else ""
            print(f"{'*' if thread.num == chosen.num else ' '} {thread.num:>3}  {thread.name or '-':<15} "
                  f"{self.doing()}{serving}")
        chosen.switch()


class Is(gdb.Function):
    """$is(STRING, "words"): for conditions, on a std::string or a std::string_view."""

    def __init__(self):
        super().__init__("is")

    def invoke(self, value, words):
        value = value.referenced_value() if value.type.code == gdb.TYPE_CODE_REF else value
        return text(value) == words.string()


gdb.pretty_printers.insert(0, find_printer)
gdb.frame_filters["glassgate"] = OnlyOurs()
Request()
Who()
Is()
