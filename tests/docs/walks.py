"""<!-- walk NAME -->: the fence is docs/walks/NAME.walk, and gdb shows what the walk says it shows.

    # comment
    program: build/debug/ex/NAME [arguments]
    (gdb) a command             lines `> ...` below it are what it asks for: the body of `commands`
    => what it prints           part of it, in order; `...` is any text, and blanks are alike however many they are

gdb writes to a terminal of its own, as it does for a reader: what it and its program print comes in order.
"""

import concurrent.futures
import os
import pty
import re
import shlex
import shutil
import subprocess
import tempfile
import threading

import cpp
import marks
import running

NAME = "walk"
SECONDS = 60
FOLDER = "docs/walks/"
SETTINGS = ("set print address off", "set pagination off", "set width 0", "set height 0", "set confirm off",
            "set style enabled off", "set print thread-events off", "set debuginfod enabled off")
SPLIT = "@@ next command"
# At a stop; or in the list of breakpoints at the end, for those whose commands are silent.
STOPS = re.compile(r"[Bb]reakpoint \d+, |^Old value = |Catchpoint \d+ \(|breakpoint already hit", re.M)
TROUBLE = re.compile(r"^(No symbol .*|Undefined .*|Function \".*\" not defined\.|The program is not being run\."
                     r"|No frame .*|No stack\.|There is no member .*|A syntax error .*|Attempt to .*)$", re.M)


class Step:
    def __init__(self, line, command):
        self.line, self.command, self.answers, self.expected = line, command, [], []  # expected: [(line, text)]


class Walk:
    def __init__(self, path, text):
        self.path, self.program, self.steps, self.strange = path, None, [], []
        for number, line in enumerate(text.split("\n"), 1):
            self._read(number, line)

    def _read(self, number, line):
        if line.startswith("program:"):
            self.program = shlex.split(line.removeprefix("program:"))
        elif line.startswith("(gdb) "):
            self.steps.append(Step(number, line[6:].strip()))
        elif line.startswith("=> ") and self.steps:
            self.steps[-1].expected.append((number, line[3:].strip()))
        elif line.startswith(">") and self.steps:
            self.steps[-1].answers.append(line[1:].strip())
        elif line.strip() and not line.startswith("#"):
            self.strange.append(number)

    def miss(self, line, words):
        return marks.Miss(self.path, line, NAME, words)


def on_a_terminal(command, root, seconds, answers=""):
    """What it prints to a terminal, and its exit status: None when the time was up."""
    leader, follower = pty.openpty()
    pieces = []
    with tempfile.TemporaryFile() as asked:
        asked.write(answers.encode())
        asked.seek(0)
        environment = running.environment() | {"TERM": "dumb"}
        process = subprocess.Popen(command, cwd=root, env=environment, stdin=asked, stdout=follower,
                                   stderr=follower, start_new_session=True)
    os.close(follower)
    reader = threading.Thread(target=read_all, args=(leader, pieces))
    reader.start()
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        status = None
    running.end_group(process)
    process.wait()
    reader.join(10)
    os.close(leader)
    return status, b"".join(pieces).decode(errors="replace").replace("\r\n", "\n")


def read_all(leader, pieces):
    try:
        while piece := os.read(leader, 65536):
            pieces.append(piece)
    except OSError:
        pass  # the other end was closed: so a terminal says that it is over


def gdb_command(walk):
    words = ["gdb", "-q", "-batch", "-nx"]
    for setting in SETTINGS:
        words += ["-iex", setting]
    for step in walk.steps:
        words += ["-ex", f"echo \\n{SPLIT}\\n", "-ex", step.command]
    return words + ["-ex", f"echo \\n{SPLIT}\\n", "-ex", "info breakpoints", "--args", *walk.program]


# What gdb 13 says on some machines when it is to call a function of the program: no page can help that.
CANNOT_CALL = "Couldn't write extended state status"


def why_no_gdb():
    """Why walks cannot be gone here; None: they can."""
    if not shutil.which("gdb"):
        return "there is no gdb here"
    out = on_a_terminal(["gdb", "-q", "-batch", "-nx", "-ex", "run", "--args", shutil.which("true")], "/", SECONDS)[1]
    if "exited normally" in out:
        return None
    return "gdb may not trace here: " + (out.strip().split("\n")[-1] if out.strip() else "it says nothing")


def expectation(text):
    return ".*?".join(re.escape(cpp.folded(piece)) for piece in text.split("..."))


def step_misses(walk, step, printed):
    at, text = 0, " ".join(printed.replace("`", "").split())
    for line, expected in step.expected:
        match = re.compile(expectation(expected), re.S).search(text, at)
        if not match:
            yield walk.miss(line, f"({step.command}) does not print: {expected}; but: {text[at:at + 300]}")
            return
        at = match.end()
    trouble = TROUBLE.search(printed)
    if trouble and not step.expected:
        yield walk.miss(step.line, f"({step.command}) gdb says: {trouble[1]}")


def walk_misses(tree, walk):
    if walk.strange:
        return [walk.miss(walk.strange[0], "a line is `# ...`, `program: ...`, `(gdb) ...`, `> ...` or `=> ...`")]
    if not walk.program or not walk.steps:
        return [walk.miss(1, "has no line `program: build/debug/ex/NAME`, or no command")]
    if not tree.exists(walk.program[0]):
        return [walk.miss(1, f"{walk.program[0]} is not there: make FLAVOUR=debug {walk.program[0]}")]
    answers = "".join(answer + "\n" for step in walk.steps for answer in step.answers)
    status, out = on_a_terminal(gdb_command(walk), tree.root, SECONDS, answers)
    pieces = out.split(f"\n{SPLIT}\n")
    if status is None or len(pieces) != len(walk.steps) + 2:
        return [walk.miss(1, f"gdb does not come to the end of it: {out[-300:]!r}")]
    if not STOPS.search(out):
        return [walk.miss(1, "the program stops nowhere")]
    done = list(zip(walk.steps, pieces[1:]))
    for step in (step for step, piece in done if CANNOT_CALL in piece):
        tree.note(f"{walk.path}: ({step.command}) is not judged: gdb cannot call a program's functions here")
    return [miss for step, piece in done if CANNOT_CALL not in piece for miss in step_misses(walk, step, piece)]


def lines_of_walk(tree, name):
    """None where there is no such walk."""
    text = tree.text(f"{FOLDER}{name}.walk")
    return None if text is None else running.lines_of(text)


def fence_misses(tree):
    for page in tree.pages():
        for fence in page.marked("walk"):
            lines = lines_of_walk(tree, fence.mark.text)
            if lines is None:
                yield page.miss(fence.mark.line, NAME, f"there is no {FOLDER}{fence.mark.text}.walk")
            elif lines != fence.lines:
                yield page.miss(fence.line, NAME, f"is not {FOLDER}{fence.mark.text}.walk; run make docs-fix")


def names_shown(pages):
    return {fence.mark.text for page in pages for fence in page.marked("walk")}


def walks_of(tree):
    """All, or those that the pages in question show."""
    paths = tree.files(FOLDER + "*.walk")
    if tree.is_partial():
        here = names_shown(tree.pages())
        paths = [path for path in paths if path[len(FOLDER):-len(".walk")] in here]
    return [Walk(path, tree.text(path)) for path in paths]


def check(tree):
    walks, misses = walks_of(tree), list(fence_misses(tree))
    everywhere = names_shown(tree.all_pages())
    misses += [walk.miss(1, "no page shows it") for walk in walks
               if walk.path[len(FOLDER):-len(".walk")] not in everywhere]
    why = why_no_gdb() if walks else None
    if why:
        tree.note(f"{len(walks)} walks: {why}")
        return 0, misses
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for found in pool.map(lambda walk: walk_misses(tree, walk), walks):
            misses += found
    return len(walks), misses


def fix(tree):
    changed = 0
    for page in tree.pages():
        lines = {fence.line: lines_of_walk(tree, fence.mark.text) for fence in page.marked("walk")}
        changed += marks.renew(tree, page, lines)
    return changed
