"""<!-- quote FILE : TEXT --> or <!-- quote FILE : TEXT .. LAST -->: the fence is that code of that file.

No line numbers and no marks in the source: the code is found by a text that stands in exactly one line of the file, and
ends where a reader sees it end.
"""

import re

import marks

NAME = "quote"
LITERAL = re.compile(r'R"\((?:.*?)\)"|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])\'')


class Wrong(Exception):
    pass


def indent_of(line):
    return line[:len(line) - len(line.lstrip())]


def code_of(line):
    """The line without comments and literals, whose braces do not count."""
    return re.sub(r"//.*$|^\s*#.*$", "", LITERAL.sub('""', line)).rstrip()


def end_of_code(lines, begin):
    """The index behind the last line of the function, class, table or declaration that begins at `begin`."""
    indent, depth = indent_of(lines[begin]), 0
    for number in range(begin, len(lines)):
        line, code = lines[number], code_of(lines[number])
        if number > begin and depth > 0 and indent_of(line) == indent and code.lstrip().startswith("}"):
            return number + 1
        depth += code.count("{") - code.count("}")
        if depth == 0 and re.search(r"[;}]$", code):
            return number + 1
    raise Wrong("its end is not found: say where it ends, with ` .. LAST`")


def end_at(lines, begin, last):
    for number in range(begin + 1, len(lines)):
        if last in lines[number]:
            return number + 1
    raise Wrong(f"no line after it contains: {last}")


def split_mark(text):
    """FILE, TEXT and LAST, which may be empty."""
    file, colon, rest = text.partition(" : ")
    if not colon or not rest.strip():
        raise Wrong("the mark is: quote FILE : TEXT, or quote FILE : TEXT .. LAST")
    words, _, last = rest.partition(" .. ")
    return file.strip(), words.strip(), last.strip()


def quoted(tree, text):
    file, words, last = split_mark(text)
    source = tree.text(file)
    if source is None:
        raise Wrong(f"there is no file {file}")
    lines = source.split("\n")
    found = [number for number, line in enumerate(lines) if words in line]
    if len(found) != 1:
        raise Wrong(f"{file}: {len(found)} lines contain it, and it must be one: {words}")
    end = end_at(lines, found[0], last) if last else end_of_code(lines, found[0])
    return lines[found[0]:end]


def check(tree):
    misses, count = [], 0
    for page in tree.pages():
        for fence in page.marked("quote"):
            count += 1
            try:
                if quoted(tree, fence.mark.text) != fence.lines:
                    misses.append(page.miss(fence.line, NAME, f"{fence.mark.text}: it changed; run make docs-fix"))
            except Wrong as why:
                misses.append(page.miss(fence.mark.line, NAME, str(why)))
    return count, misses


def fix(tree):
    changed = 0
    for page in tree.pages():
        new = {}
        for fence in page.marked("quote"):
            try:
                new[fence.line] = quoted(tree, fence.mark.text)
            except Wrong:
                pass  # the check says it
        changed += marks.renew(tree, page, new)
    return changed
