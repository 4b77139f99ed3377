"""Pictures: docs/pictures/NAME.svg is what `build/ex/NAME --svg FILE` draws, some page shows it, and it has words."""

import concurrent.futures
import pathlib
import tempfile

import links
import marks
import running

NAME = "picture"
SECONDS = 60
FOLDER = "docs/pictures/"


class Wrong(Exception):
    pass


def shown(tree, pages):
    """{path of a picture: (page, line)}, the first that shows it."""
    found = {}
    for page in pages:
        for link in page.links:
            if link.is_image and not link.target.startswith("http"):
                found.setdefault(links.split_target(page, link.target)[0], (page, link.line))
    return found


def drawn(tree, path):
    program = "build/ex/" + pathlib.Path(path).stem
    if not tree.exists(program):
        raise Wrong(f"{program} is not there to draw it: make {program}")
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "picture.svg"
        result = running.run([program, "--svg", file], tree.root, SECONDS)
        if result.status != 0:
            raise Wrong(f"{program} --svg: {result.trouble()}")
        if not file.is_file():
            raise Wrong(f"{program} --svg wrote nothing")
        return file.read_text(encoding="utf-8")


def drawing_trouble(tree, path):
    try:
        return None if drawn(tree, path) == tree.text(path) else "is not what its program draws; run make docs-fix"
    except Wrong as why:
        return str(why)


def drawing_misses(tree, paths):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, words in zip(paths, pool.map(lambda path: drawing_trouble(tree, path), paths)):
            if words:
                yield marks.Miss(path, 1, NAME, words)


def showing_misses(tree, pages, paths):
    for page in pages:
        for link in page.links:
            if link.is_image and not link.text.strip():
                yield page.miss(link.line, NAME, f"{link.target}: has no words for those who do not see it")
    everywhere = shown(tree, tree.all_pages())
    for path in paths:
        if path not in everywhere:
            yield marks.Miss(path, 1, NAME, "no page shows it")


def pictures_of(tree):
    """All, or those that the pages in question show."""
    there = tree.files(FOLDER + "*.svg")
    if not tree.is_partial():
        return there
    here = shown(tree, tree.pages())
    return [path for path in there if path in here]


def check(tree):
    paths = pictures_of(tree)
    return len(paths), [*drawing_misses(tree, paths), *showing_misses(tree, tree.pages(), paths)]


def fix(tree):
    """Draws those that there are and those that a page shows already."""
    changed = 0
    for path in sorted({*pictures_of(tree), *shown(tree, tree.pages())}):
        if not path.startswith(FOLDER):
            continue
        try:
            picture = drawn(tree, path)
        except Wrong:
            continue  # the check says it
        if picture != tree.text(path):
            tree.write(path, picture)
            changed += 1
    return changed
