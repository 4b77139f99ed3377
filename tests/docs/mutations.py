"""<!-- break FILE : TESTFILE : TEST CASE --> above a diff: with that change, that test fails; without it, it passes."""

import concurrent.futures
import re

import cpp
import overlay

NAME = "break"


class Wrong(Exception):
    pass


class Mutation:
    def __init__(self, tree, page, fence):
        self.page, self.line = page, fence.line
        parts = [part.strip() for part in fence.mark.text.split(" : ", 2)]
        if len(parts) != 3:
            raise Wrong("the mark is: break FILE : TESTFILE : TEST CASE NAME")
        self.file, self.test, name = parts
        for file in (self.file, self.test):
            if tree.text(file) is None:
                raise Wrong(f"there is no file {file}")
        case, why = cpp.named(list(cpp.cases_of(tree, self.test)), name)
        if why:
            raise Wrong(f"{self.test}: {why}")
        self.case = case.name
        self.changed = changed(tree.text(self.file).split("\n"), fence.lines, self.file)

    def miss(self, words):
        return self.page.miss(self.line, NAME, words)


def changed(lines, diff, file):
    """The file with the diff's one run of lines replaced. Indentation does not count: a page has its own."""
    diff = [line for line in diff if not re.match(r"--- |\+\+\+ |@@", line)]
    old = [line[1:].strip() for line in diff if line[:1] != "+"]
    if strange := [line for line in diff if line[:1] not in ("", " ", "-", "+")]:
        raise Wrong(f"a line begins with -, + or a blank: {strange[0]}")
    if not old:
        raise Wrong("nothing says where: a line with - or a blank is missing")
    bare = [line.strip() for line in lines]
    places = [at for at in range(len(lines) - len(old) + 1) if bare[at:at + len(old)] == old]
    if len(places) != 1:
        raise Wrong(f"{file}: the lines with - and blanks are found {len(places)} times, and it must be once")
    return "\n".join(lines[:places[0]] + replaced(lines, places[0], diff) + lines[places[0] + len(old):])


def replaced(lines, at, diff):
    new = []
    for line in diff:
        if line[:1] == "+":
            indent = re.match(r"\s*", lines[min(at, len(lines) - 1)])[0]
            new.append(indent + line[1:].strip())
            continue
        if line[:1] != "-":
            new.append(lines[at])
        at += 1
    return new


def sources_of(built, mutation):
    """What is compiled: the file; of a header the test, and who includes it."""
    if mutation.file.endswith(".cpp"):
        return [mutation.file]
    return sorted(built.affected([mutation.file], [mutation.test])) + [mutation.test]


def trouble(built, tree, mutation, number):
    """None when the test goes red, and is green without."""
    words = ["--no-skip", overlay.filter_for(mutation.case), f"-sf=*{mutation.test}"]
    before = overlay.run_tests(tree.root, "build/tests", words)
    if not before.is_green():
        return f"the test does not pass as it is: {before.words()}"
    with overlay.Overlay(built, f"break_{number}") as changed_files:
        changed_files.put(mutation.file, mutation.changed)
        try:
            program = changed_files.program_of([mutation.test], sources_of(built, mutation))
        except overlay.Broken as why:
            return f"it does not build: {why}"
        after = changed_files.run(program, words)
    return None if after.is_red() else f"the test does not fail: {after.words()}"


def check(tree):
    misses, mutations = [], []
    for page in tree.pages():
        for fence in page.marked("break"):
            try:
                mutations.append(Mutation(tree, page, fence))
            except Wrong as why:
                misses.append(page.miss(fence.mark.line, NAME, str(why)))
    if not mutations:
        return len(misses), misses
    built = overlay.Built(tree)
    # Four: a test that goes red is often one that waits in vain.
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for mutation, words in zip(mutations, pool.map(lambda pair: trouble(built, tree, pair[1], pair[0]),
                                                       enumerate(mutations))):
            if words:
                misses.append(mutation.miss(f"{mutation.file}: {mutation.case}: {words}"))
    return len(mutations), misses
