"""Commands that a reader pastes are run, in front of the demo: fences of `sh`, of `console`, and the README's table.

`sh` has to end well. In `console` a line that begins with `$ ` is a command (and `> ` goes on with it), and what
follows is what it prints. What does not end by itself or takes minutes is only looked up: the target, the file.
"""

import re

import demo
import makefile
import running

NAME = "command"
SECONDS = 120
LOOKED_UP = re.compile(r"all|run|test|debug|lint|format|asan|tsan|soak|draw|clean|check-newest-httplib|docs-.*"
                       r"|(?:bench|fuzz|deps)(?:-.*)?")
TABLE = "See each primitive act"
TYPED = ("curl ", "for ", "make ", "build/")
END = "@@ end of command"


def without_comment(line):
    return re.sub(r"(^|\s)#.*$", "", line).strip()


def looked_up_target(line):
    """`A=B make run NAME=VALUE # why`: run. None: it is no such line."""
    words = re.sub(r"(^|\s)\w+=(?:\"[^\"]*\"|'[^']*'|[^\s\"'])*", " ", without_comment(line)).split()
    if words[:1] != ["make"] or not all(re.fullmatch(r"[\w-]+", word) for word in words):
        return None
    target = words[1] if len(words) > 1 else "all"
    return target if LOOKED_UP.fullmatch(target) else None


def looked_up_files(line):
    """A gateway in the foreground does not end; its files have to be there."""
    words = without_comment(line).split()
    in_front = words[:1] == ["build/glassgate"] and "--config" in words and words[-1] != "&"
    if not in_front or "--check" in words or "--explain" in words:
        return []
    return [word for word in words if word.endswith(".yaml")]


class Looker:
    """Says what is wrong with lines that are not run."""

    def __init__(self, tree):
        self.tree, self._targets = tree, None

    def targets(self):
        if self._targets is None:
            self._targets = makefile.targets(self.tree)
        return self._targets

    def trouble(self, line):
        """None: it is fine; "": the line is to be run."""
        target = looked_up_target(line)
        if target:
            return None if target in self.targets() else f"make has no target {target}"
        files = looked_up_files(line)
        if not files:
            return ""
        missing = [file for file in files if not self.tree.exists(file)]
        return f"there is no {missing[0]}" if missing else None


def sh_misses(looker, page, fence):
    kept = []
    for number, line in enumerate(fence.lines, fence.line + 1):
        words = looker.trouble(line)
        if words:
            yield page.miss(number, NAME, f"{line.strip()}: {words}")
        kept.append(line if words == "" else "")
    if not any(without_comment(line) for line in kept):
        return
    result = running.run("\n".join(kept), looker.tree.root, SECONDS, "-e")
    if result.status != 0:
        yield page.miss(fence.line, NAME, result.trouble())


def console_commands(fence):
    """[(line, command, what it prints)]"""
    found = []
    for number, line in enumerate(fence.lines, fence.line + 1):
        if line.startswith("$ "):
            found.append((number, [line[2:]], []))
        elif found and line.startswith("> ") and not found[-1][2]:
            found[-1][1].append(line[2:])
        elif found:
            found[-1][2].append(line)
    return [(number, "\n".join(command), printed) for number, command, printed in found]


def console_misses(looker, page, fence):
    """One shell runs all of it, so that variables last."""
    commands = console_commands(fence)
    if not commands:
        yield page.miss(fence.line, NAME, "no line begins with `$ `")
    script = "".join(f"{command}\nprintf '\\n{END} %s\\n' $?\n" for _, command, _ in commands)
    result = running.run(script, looker.tree.root, SECONDS)
    pieces = re.split(rf"\n{END} (\d+)\n", result.out)
    for at, (number, command, expected) in enumerate(commands):
        if 2 * at + 1 >= len(pieces):
            yield page.miss(number, NAME, f"{command}: it does not come to its end: {result.trouble()}")
            return
        yield from printed_misses(page, number, command, expected, pieces[2 * at], pieces[2 * at + 1])


def printed_misses(page, number, command, expected, printed, status):
    words = running.difference_words(expected, running.lines_of(printed))
    if words:
        yield page.miss(number, NAME, f"{command}: {words}")
    elif status != "0" and not any(expected):  # where something is printed, the page shows how it went wrong
        yield page.miss(number, NAME, f"{command}: exit status {status}")


def table_commands(page):
    """[(line, command)] of the README's table of what there is to see."""
    if page.path != "README.md":
        return []
    heads = [number for number, line in enumerate(page.lines, 1) if line.startswith(TABLE)]
    if not heads:
        return []
    rows, number = set(), heads[0] + 1
    while number <= len(page.lines) and not page.lines[number - 1].startswith("#"):
        if page.lines[number - 1].startswith("|"):
            rows.add(number)
        number += 1
    return [(span.line, span.text) for span in page.spans if span.line in rows and span.text.startswith(TYPED)]


def table_misses(looker, page, line, command):
    words = looker.trouble(command)
    if words == "":
        result = running.run(command, looker.tree.root, SECONDS, "-e")
        words = result.trouble() if result.status != 0 else None
    if words:
        yield page.miss(line, NAME, f"{command}: {words}")


def steps_of(looker, page):
    """What is to be run on a page, in its order: [(line, function that yields misses)]."""
    steps = []
    for fence in page.fences:
        if fence.mark:
            continue  # what is marked is checked by what it is marked for; or not run, for a reason
        if fence.language in ("sh", "bash", "shell"):
            steps.append((fence.line, lambda fence=fence: sh_misses(looker, page, fence)))
        elif fence.language == "console":
            steps.append((fence.line, lambda fence=fence: console_misses(looker, page, fence)))
    for line, command in table_commands(page):
        steps.append((line, lambda line=line, command=command: table_misses(looker, page, line, command)))
    return sorted(steps, key=lambda step: step[0])


def check(tree):
    misses, count, looker = [], 0, Looker(tree)
    for page in tree.pages():
        steps = steps_of(looker, page)
        count += len(steps)
        if not steps:
            continue
        try:
            with demo.Demo(tree):
                for _, find_misses in steps:
                    misses += find_misses()
        except demo.NotStarted as why:
            misses.append(page.miss(steps[0][0], NAME, str(why)))
    return count, misses
