"""What the checks read of C++: the names of test cases, and the comment of a header."""

import re

CASE = re.compile(r"^TEST_CASE(?:_FIXTURE)?\(\s*(?:\w+,\s*)?((?:\"(?:\\.|[^\"\\])*\"\s*)+)([^;{]*)\)\s*\{", re.M)
PIECE = re.compile(r"\"((?:\\.|[^\"\\])*)\"")


class Case:
    """A doctest case: its name, its file and line, and what decorates it."""

    def __init__(self, name, file, line, decorators):
        self.name, self.file, self.line, self.decorators = name, file, line, decorators

    def is_skipped(self):
        return "doctest::skip()" in self.decorators


def cases_of(tree, file):
    text = tree.text(file) or ""
    for match in CASE.finditer(text):
        name = "".join(PIECE.findall(match[1])).replace('\\"', '"').replace("\\\\", "\\")
        yield Case(name, file, text.count("\n", 0, match.start()) + 1, match[2])


def cases_in(tree, pattern):
    return [case for file in tree.files(pattern) for case in cases_of(tree, file)]


def named(cases, name):
    """A case of exactly that name, or the only one that begins so; else None, and the words that say why."""
    exact = [case for case in cases if case.name == name]  # two modules may promise the same, and test it so
    found = exact or [case for case in cases if case.name.startswith(name)]
    if exact or len(found) == 1:
        return found[0], None
    return None, f"{len(found) or 'no'} test case{'s' * (len(found) > 1)} called: {name}"


def folded(words):
    return " ".join(words.replace("`", "").split())


def comments_of(text):
    """All of a file's comments, as one line."""
    return folded(" ".join(line.strip()[2:] for line in text.split("\n") if line.strip().startswith("//")))
