"""The shape of a lesson: its sections in their order, its length, and its place in docs/README.md."""

import re

import links

NAME = "shape"
LONGEST = 250
SECTIONS = ("Without it", "The idea", "By hand", "Predict", "Invariants", "The code", "Break it", "Debugger walk",
            "In the request", "See it", "In production", "Check yourself", "Sources")
LARGER = "docs/lessons/28-larger-exercises.md"  # tasks, and no primitive
INDEX = "docs/README.md"


def section_misses(page):
    there = [heading for heading in page.headings if heading.level == 2]
    at = 0
    for section in SECTIONS:
        found = [number for number, heading in enumerate(there) if heading.text == section]
        if not found:
            yield page.miss(1, NAME, f"has no section `## {section}`")
        elif found[0] < at:
            yield page.miss(there[found[0]].line, NAME, f"`## {section}` comes too early: see the order of sections")
        else:
            at = found[0] + 1


def page_misses(page):
    length = len(page.lines) - (page.lines[-1] == "")
    if length > LONGEST:
        yield page.miss(length, NAME, f"{length} lines, and {LONGEST} are the most")
    if not page.headings or page.headings[0].level != 1:
        yield page.miss(1, NAME, "has no title: `# ...`")
    if page.path != LARGER:
        yield from section_misses(page)


def index_misses(tree):
    """docs/README.md links every lesson, in the order of their numbers."""
    lessons = tree.files("docs/lessons/[0-9][0-9]-*.md")
    if not lessons:
        return
    if not tree.exists(INDEX):
        yield tree.page(lessons[0]).miss(1, NAME, f"there is no {INDEX} that links it")
        return
    index = tree.page(INDEX)
    linked = [(links.split_target(index, link.target)[0], link.line) for link in index.links]
    linked = [(path, line) for path, line in linked if re.match(r"docs/lessons/\d\d-", path)]
    for lesson in lessons:
        times = [path for path, _ in linked].count(lesson)
        if times != 1:
            yield index.miss(1, NAME, f"links {lesson} {times} times, and once is right")
    for (before, _), (path, line) in zip(linked, linked[1:]):
        if path < before:
            yield index.miss(line, NAME, f"{path} comes behind {before}")


def check(tree):
    lessons = tree.lessons()
    misses = [miss for page in lessons for miss in page_misses(page)]
    if not tree.is_partial():
        misses += index_misses(tree)
    return len(lessons), misses
