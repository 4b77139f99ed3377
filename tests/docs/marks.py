"""A page of Markdown, read once: fences with the marks above them, headings, code spans and links, each with its line.

A mark is an HTML comment that stands directly above a fenced block, or with one blank line between:
    <!-- quote FILE : TEXT -->   <!-- output COMMAND -->   <!-- walk NAME -->   <!-- break FILE : TESTFILE : TEST -->
"""

import pathlib
import re

KINDS = ("quote", "output live", "output", "walk", "break", "not run:")
COMMENT = re.compile(r"^\s*<!--\s*(.*?)\s*-->\s*$")
FENCE = re.compile(r"^(\s*)(`{3,}|~{3,})\s*([^\s`]*)[^`]*$")
HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
SPAN = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]"  # words, in which one pair of brackets may stand
                  r"\(\s*<?([^()\s>]*(?:\([^()\s]*\)[^()\s>]*)*)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^\s{0,3}\[([^\]]+)\]:\s+<?(\S+?)>?(?:\s+\".*\")?\s*$")


class Miss:
    """One thing that is not true, where a person can mend it."""

    def __init__(self, path, line, check, words):
        self.path, self.line, self.check, self.words = str(path), line, check, words

    def __str__(self):
        return f"{self.path}:{self.line}: {self.check}: {self.words}"


class Mark:
    def __init__(self, kind, text, line):
        self.kind, self.text, self.line = kind, text, line


class Fence:
    """A fenced block. `line` is that of the opening fence; `mark` is the comment above it, or None."""

    def __init__(self, line, indent, language, lines, mark):
        self.line, self.indent, self.language, self.lines, self.mark = line, indent, language, lines, mark

    def is_marked(self, kind):
        return self.mark is not None and self.mark.kind == kind


class Heading:
    def __init__(self, level, text, line, slug):
        self.level, self.text, self.line, self.slug = level, text, line, slug


class Span:
    def __init__(self, text, line):
        self.text, self.line = text, line


class Link:
    def __init__(self, is_image, text, target, line):
        self.is_image, self.text, self.target, self.line = is_image, text, target, line


def slug_of(text):
    """The anchor that GitHub gives a heading: small letters, no marks but - and _, blanks become -."""
    text = LINK.sub(lambda match: match[2], text)
    text = re.sub(r"[`*]|<[^>]*>", "", text)
    text = re.sub(r"(?<!\w)_+|_+(?!\w)", "", text)
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def mark_of(comment, line):
    for kind in KINDS:
        if comment == kind or comment.startswith(kind + " "):
            return Mark(kind.rstrip(":"), comment[len(kind):].strip(), line)
    return Mark("", comment, line)


class Page:
    """`path` as it is shown in a miss, relative to the root of the tree; `lines` without their ends."""

    def __init__(self, path, text):
        self.path, self.lines = path, text.split("\n")
        self.fences, self.headings, self.spans, self.links = [], [], [], []
        self.anchors = set()
        self.prose = []  # (line number, text without code) of everything outside fences
        self.stray = []  # marks with no fence below, or of an unknown kind
        self._slugs = {}
        self._read()

    def miss(self, line, check, words):
        return Miss(self.path, line, check, words)

    def text_between(self, begin, end):
        return "\n".join(self.lines[begin - 1:end - 1])

    def marked(self, *kinds):
        return [fence for fence in self.fences if fence.mark and fence.mark.kind in kinds]

    def _read(self):
        number, mark = 0, None
        while number < len(self.lines):
            line = self.lines[number]
            number += 1
            if opening := FENCE.match(line):
                number = self._read_fence(number, opening, mark)
                mark = None
            elif comment := COMMENT.match(line):
                self._drop(mark)
                mark = mark_of(comment[1], number)
            elif line.strip() or (mark and number - mark.line > 1):
                self._drop(mark)
                mark = None
                self._read_prose(number, line)
        self._drop(mark)
        self.stray += [fence.mark for fence in self.fences if fence.is_marked("")]

    def _drop(self, mark):
        if mark:
            self.stray.append(mark)

    def _read_fence(self, number, opening, mark):
        indent, ticks, language = opening.groups()
        begin, lines = number, []
        while number < len(self.lines):
            line = self.lines[number]
            number += 1
            if re.match(rf"^\s*{ticks[0]}{{{len(ticks)},}}\s*$", line):
                break
            lines.append(line.removeprefix(indent))
        self.fences.append(Fence(begin, indent, language, lines, mark))
        return number

    def _read_prose(self, number, line):
        self.anchors.update(re.findall(r"<a\s+(?:id|name)=\"([^\"]+)\"", line))
        if heading := HEADING.match(line):
            self._add_heading(number, heading)
        self.spans += [Span(match[2].strip(), number) for match in SPAN.finditer(line)]
        bare = SPAN.sub(lambda match: "`" + "x" * len(match[2]) + "`", line)  # a link in code is no link
        for match in LINK.finditer(bare):
            self._add_link(match[1] == "!", line[match.start(2):match.end(2)], match[3], number)
        if reference := REFERENCE.match(bare):
            self._add_link(False, reference[1], reference[2], number)
        self.prose.append((number, SPAN.sub("", line)))

    def _add_heading(self, number, heading):
        slug = slug_of(heading[2])
        count = self._slugs.get(slug, 0)
        self._slugs[slug] = count + 1
        slug += f"-{count}" if count else ""
        self.anchors.add(slug)
        self.headings.append(Heading(len(heading[1]), heading[2], number, slug))

    def _add_link(self, is_image, text, target, number):
        self.links.append(Link(is_image, text, target, number))
        for match in LINK.finditer(text):  # [![alt](picture)](target)
            self.links.append(Link(match[1] == "!", match[2], match[3], number))


class Tree:
    """The repository, or a small copy of one: where files are, and what they say."""

    def __init__(self, root, names=()):
        self.root = pathlib.Path(root)
        self.names = [str(name) for name in names]  # only these pages; none: all of them
        self._pages, self._texts = {}, {}
        self.notes = []  # what was left out, and why

    def note(self, words):
        if words not in self.notes:
            self.notes.append(words)

    def exists(self, path):
        return (self.root / path).exists()

    def text(self, path):
        """A file's text, or None where there is no such file."""
        if path not in self._texts:
            file = self.root / path
            self._texts[path] = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else None
        return self._texts[path]

    def files(self, pattern):
        """Paths that match, relative to the root and sorted."""
        return sorted(str(path.relative_to(self.root)) for path in self.root.glob(pattern))

    def page(self, path):
        if path not in self._pages:
            self._pages[path] = Page(path, self.text(path))
        return self._pages[path]

    def all_pages(self):
        return [self.page(path) for path in self.files("README.md") + self.files("docs/**/*.md")]

    def pages(self):
        """Those to be checked: all, or those that were asked for."""
        return [self.page(name) for name in self.names] if self.names else self.all_pages()

    def lessons(self):
        return [page for page in self.pages() if re.fullmatch(r"docs/lessons/\d\d-[\w-]+\.md", page.path)]

    def is_partial(self):
        return bool(self.names)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        self._texts.pop(path, None)
        self._pages.pop(path, None)


def renew(tree, page, lines_of_fence):
    """Writes the page with new lines for some fences: {line of the opening fence: lines}. How many have changed?"""
    changed, lines = 0, list(page.lines)
    for fence in reversed(page.fences):
        new = lines_of_fence.get(fence.line)
        if new is None or new == fence.lines:
            continue
        lines[fence.line:fence.line + len(fence.lines)] = [(fence.indent + line).rstrip() for line in new]
        changed += 1
    if changed:
        tree.write(page.path, "\n".join(lines))
    return changed


def check(tree):
    """Every comment above a fence is a mark that is understood, and every mark has its fence."""
    misses, count = [], 0
    for page in tree.pages():
        count += len([fence for fence in page.fences if fence.mark])
        for mark in page.stray:
            words = "no fence stands below this mark" if mark.kind else f"no mark is called so: {mark.text[:40]}"
            misses.append(page.miss(mark.line, "mark", words))
        for fence in page.marked("not run"):
            if not fence.mark.text:
                misses.append(page.miss(fence.mark.line, "mark", "not run: without a reason"))
    return count, misses
