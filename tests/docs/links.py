"""Links: what they point to exists, down to the heading; addresses of the web are only looked at, not asked."""

import os
import re

NAME = "link"
WEB = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[^\s]*)?")


def split_target(page, target):
    """The path from the root of the tree, and the anchor."""
    path, _, anchor = target.partition("#")
    if not path:
        return page.path, anchor
    return os.path.normpath(os.path.join(os.path.dirname(page.path), path)), anchor


def trouble(tree, page, target):
    if not target:
        return "the link has no target"
    if target.startswith(("http:", "https:")):
        return None if WEB.fullmatch(target) else "this is no address"
    if re.match(r"[a-z]+:", target):
        return "links are relative, or http(s)"
    path, anchor = split_target(page, target)
    if path.startswith(("..", "/")) or not tree.exists(path):
        return f"there is no {path}"
    if not anchor:
        return None
    if not path.endswith(".md"):
        return "only pages have anchors: lines of code move"
    return None if anchor in tree.page(path).anchors else f"{path} has no heading #{anchor}"


def check(tree):
    misses, count = [], 0
    for page in tree.pages():
        for link in page.links:
            count += 1
            if words := trouble(tree, page, link.target):
                misses.append(page.miss(link.line, NAME, f"{link.target}: {words}"))
    return count, misses
