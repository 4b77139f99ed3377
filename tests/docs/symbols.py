"""Code spans: `FILE: name()` names a word of a file that exists, and a span that is a path is one."""

import re

import makefile

NAME = "symbol"
PLACES = ("", "src/", "tests/", "examples/", "docs/")
FOLDERS = ("src/", "tests/", "examples/", "docs/", "build/")
SYMBOL = re.compile(r"([\w./-]+\.(?:h|cpp|py|sh|gdb|yaml|md|walk)|Makefile): (~?[A-Za-z_][\w:~]*)(?:\(\))?")
PATH = re.compile(r"[\w.*/-]+")
CODE_PATH = re.compile(r"[\w-]+(?:/[\w-]+)+\.(?:h|cpp)")
PLACEHOLDER = re.compile(r"(?<![A-Za-z])[A-Z]{2,}(?![A-Za-z])")


class Files:
    """What there is below the folders that pages speak of."""

    def __init__(self, tree):
        self.tree = tree
        self.code = [path for folder in FOLDERS[:-1] for path in tree.files(folder + "**/*.*")]
        self.folders = {part for path in tree.files("src/**/*.h") for part in path.split("/")[1:-1]}
        self._targets = None

    def find(self, name):
        """By its path from the root or from a folder of it, or by the end of it where that is enough."""
        for place in PLACES:
            if self.tree.text(place + name) is not None:
                return place + name
        ends = [path for path in self.code if path.endswith("/" + name)]
        in_src = [path for path in ends if path.startswith("src/")] or ends
        return in_src[0] if len(in_src) == 1 else None

    def is_target(self, path):
        if self._targets is None:
            self._targets = makefile.targets(self.tree)
        return makefile.is_built(path, self._targets)


def symbol_trouble(files, file, name):
    path = files.find(file)
    if path is None:
        return f"there is no file {file}, or there are several"
    text = files.tree.text(path)
    missing = [word for word in name.split("::") if word and not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)]
    return f"{path} has no {missing[0]}" if missing else None


def path_trouble(files, path):
    pattern = PLACEHOLDER.sub("*", path)
    if path.startswith("build/"):
        is_there = "*" in pattern or files.is_target(path) or files.tree.exists(path)
        return None if is_there else f"make has no target {path}"
    if path.startswith(FOLDERS):
        is_there = bool(files.tree.files(pattern.rstrip("/"))) if "*" in pattern else files.tree.exists(path)
        return None if is_there else f"there is no {path}"
    if CODE_PATH.fullmatch(path) and path.split("/")[0] in files.folders:
        return None if files.find(path) else f"there is no {path} below src/"
    return None


def trouble(files, span):
    if symbol := SYMBOL.fullmatch(span):
        return symbol_trouble(files, *symbol.groups())
    if "/" in span and PATH.fullmatch(span):
        return path_trouble(files, span)
    return None


def check(tree):
    files, misses, count = Files(tree), [], 0
    for page in tree.pages():
        for span in page.spans:
            count += 1
            if words := trouble(files, span.text):
                misses.append(page.miss(span.line, NAME, f"`{span.text}`: {words}"))
    return count, misses
