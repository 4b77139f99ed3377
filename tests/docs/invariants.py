"""- **I2** (`src/FILE.h`): WORDS Test: `NAME`. The header promises it in those words, and there is such a test."""

import re

import cpp

NAME = "invariant"
ITEM = re.compile(r"\s*[-*] \*\*I\d+\*\*")
FORM = re.compile(r"[-*] \*\*(I\d+)\*\* \(`([^`]+)`\): (.*?) Tests?: (.*)")


def items(page):
    """[(line, text)] of the list items that begin with an invariant; their lines are made one."""
    found, is_open = [], False
    for number, line in enumerate(page.lines, 1):
        if ITEM.match(line):
            found.append((number, line.strip()))
        elif is_open and line.startswith(" ") and line.strip() and not re.match(r"\s*[-*] ", line):
            found[-1] = (found[-1][0], found[-1][1] + " " + line.strip())
        else:
            is_open = False
            continue
        is_open = True
    return found


def troubles(tree, cases, text):
    form = FORM.fullmatch(text)
    tests = re.findall(r"`([^`]+)`", form[4]) if form else []
    if not tests:
        yield "the form is: - **I1** (`src/FILE.h`): WORDS Test: `NAME OF A TEST CASE`."
        return
    number, file, words, _ = form.groups()
    if tree.text(file) is None:
        yield f"there is no {file}"
    elif f"{number} {cpp.folded(words).rstrip('.')}" not in cpp.comments_of(tree.text(file)):
        yield f"{file} promises no such {number}: {words}"
    for name in tests:
        if why := cpp.named(cases, name)[1]:
            yield why


def check(tree):
    misses, count = [], 0
    cases = cpp.cases_in(tree, "tests/**/*.cpp")
    for page in tree.pages():
        for line, text in items(page):
            count += 1
            misses += [page.miss(line, NAME, words) for words in troubles(tree, cases, text)]
    return count, misses
