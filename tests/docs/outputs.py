"""<!-- output COMMAND --> and <!-- output live COMMAND -->: the fence is what the command prints.

A live one talks to the demo, which is started anew for every page: a page is true for somebody who begins with it.
"""

import concurrent.futures

import demo
import marks
import running

NAME = "output"
SECONDS = 60


def all_printed(tree, commands):
    """{command: result}, each run once, two at a time."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda command: running.run(command, tree.root, SECONDS), commands)
        return dict(zip(commands, results))


def miss_of(page, fence, result):
    if result.status != 0:
        return page.miss(fence.mark.line, NAME, f"{fence.mark.text}: {result.trouble()}")
    words = running.difference_words(fence.lines, running.lines_of(result.out))
    if words is None:
        return None
    hint = "" if running.has_wildcard(fence.lines) else "; run make docs-fix"
    return page.miss(fence.line, NAME, f"{fence.mark.text}: {words}{hint}")


def visit(tree, see):
    """Calls see(page, fence, result) for every mark; live ones in the order of their page. The misses of the demo."""
    pages, misses = tree.pages(), []
    marked = [fence for page in pages for fence in page.marked("output")]
    printed = all_printed(tree, list(dict.fromkeys(fence.mark.text for fence in marked)))
    for page in pages:
        for fence in page.marked("output"):
            see(page, fence, printed[fence.mark.text])
        live = page.marked("output live")
        if not live:
            continue
        try:
            with demo.Demo(tree):
                for fence in live:
                    see(page, fence, running.run(fence.mark.text, tree.root, SECONDS))
        except demo.NotStarted as why:
            misses.append(page.miss(live[0].mark.line, NAME, str(why)))
    return misses


def check(tree):
    found = []
    misses = visit(tree, lambda page, fence, result: found.append(miss_of(page, fence, result)))
    return len(found), misses + [miss for miss in found if miss]


def fix(tree):
    new = {}

    def see(page, fence, result):
        if result.status == 0 and not running.has_wildcard(fence.lines):
            new.setdefault(page.path, {})[fence.line] = running.lines_of(result.out)

    visit(tree, see)
    return sum(marks.renew(tree, tree.page(path), lines) for path, lines in new.items())
