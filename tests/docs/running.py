"""Commands as a reader types them: run by bash in the root of the tree, and what they print held against a page."""

import os
import re
import signal
import subprocess
import tempfile

DROPPED = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKE_TERMOUT", "MAKE_TERMERR", "FLAVOUR")
ANY_LINES, ANY_TEXT = "...", "…"


def environment():
    """That of a fresh shell: a make in it is nobody's child."""
    kept = {key: value for key, value in os.environ.items() if key not in DROPPED}
    return kept | {"LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


class Result:
    """`status` is None when the time was up."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def trouble(self):
        if self.status is None:
            return "the time is up"
        said = [line for line in self.err.strip().split("\n") if line][-1:]
        return f"exit status {self.status}" + (f": {said[0]}" if said else "")


def end_group(process):
    """What it started, too; all of it has its own process group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run(command, root, seconds, options="", more_environment=None):
    """By bash, or as a list of words without one. It is over when it ends, whatever it has left in the background."""
    words = ["bash", *options.split(), "-c", command] if isinstance(command, str) else [str(word) for word in command]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(words, cwd=root, env=environment() | (more_environment or {}),
                                   stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True)
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
        end_group(process)
        process.wait()
        return Result(status, text_of(out), text_of(err))


def text_of(file):
    file.seek(0)
    return file.read().decode(errors="replace")


def lines_of(out):
    """As a page can hold them: no blanks at the ends of lines, no empty lines at the end."""
    lines = [line.rstrip() for line in out.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def has_wildcard(lines):
    return any(line.strip() == ANY_LINES or ANY_TEXT in line for line in lines)


def is_line(expected, line):
    if ANY_TEXT not in expected:
        return expected == line
    return re.fullmatch(".*".join(re.escape(piece) for piece in expected.split(ANY_TEXT)), line) is not None


def blocks_of(expected):
    """The runs of lines between the lines that are only `...`: [(index of the first line, lines)]."""
    blocks = [(0, [])]
    for number, line in enumerate(expected):
        if line.strip() == ANY_LINES:
            blocks.append((number + 1, []))
        else:
            blocks[-1][1].append(line)
    return blocks


def lines_alike(expected, lines, at):
    """How many lines of a block are found from `at` on, in one piece."""
    for number, line in enumerate(expected):
        if at + number >= len(lines) or not is_line(line, lines[at + number]):
            return number
    return len(expected)


def difference(expected, lines):
    """None when the lines are as expected; else the index of the first expected line that is not met, and what is."""
    expected = [line.rstrip() for line in expected]
    while expected and not expected[-1]:
        expected.pop()
    blocks, at = blocks_of(expected), 0
    for number, (begin, block) in enumerate(blocks):
        is_first, is_last = number == 0, number == len(blocks) - 1
        if is_first:
            places = [0]
        elif is_last:
            places = [len(lines) - len(block)] if len(lines) - len(block) >= at else []
        else:
            places = range(at, len(lines) - len(block) + 1)
        best = (0, at)
        for place in places:
            best = max(best, (lines_alike(block, lines, place), -place))
            if best[0] == len(block):
                at = place + len(block)
                break
        else:
            return begin + best[0], lines[at + best[0]] if is_first and at + best[0] < len(lines) else ""
    return None if at == len(lines) else (len(expected), lines[at])


def difference_words(expected, lines):
    """Where they part, in words; None where they do not."""
    found = difference(expected, lines)
    if found is None:
        return None
    index, instead = found
    if index >= len(expected):
        return f"more is printed: {instead!r}"
    return f"line {index + 1} of it, {expected[index]!r}, " + (f"is {instead!r}" if instead else "is not printed")
