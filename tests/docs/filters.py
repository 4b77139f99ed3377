"""What chooses tests, `-tc=...` or `-sf=...` in a span or a fence, chooses at least one: build/tests is asked.

The words are split as they are for whoever types them: by the shell, and those of TEST_ARGS again by make's shell.
"""

import re
import shlex

import running
import symbols

NAME = "filter"
SECONDS = 60
FILTERS = ("-tc=", "-sf=")


def words_of(typed):
    for word in shlex.split(typed, comments=True):
        yield from shlex.split(word.removeprefix("TEST_ARGS=")) if word.startswith("TEST_ARGS=") else [word]


def trouble(tree, typed):
    if not tree.exists("build/tests"):
        return "build/tests is not there: make build/tests"
    chosen = [symbols.PLACEHOLDER.sub("*", word) for word in words_of(typed) if word.startswith(FILTERS)]
    out = running.run(["build/tests", "--no-skip", "--list-test-cases", *chosen], tree.root, SECONDS).out
    return None if re.search(r"current filters: [1-9]", out) else f"no test is chosen by {' '.join(chosen)}"


def typed_on(page):
    """[(line, what is typed there)]"""
    spans = [(span.line, span.text) for span in page.spans]
    lines = [(number, line) for fence in page.fences for number, line in enumerate(fence.lines, fence.line + 1)]
    return [(line, typed) for line, typed in sorted(spans + lines) if any(one in typed for one in FILTERS)]


def check(tree):
    typed = [(page, line, text) for page in tree.pages() for line, text in typed_on(page)]
    misses = [page.miss(line, NAME, f"{text}: {words}") for page, line, text in typed if (words := trouble(tree, text))]
    return len(typed), misses
