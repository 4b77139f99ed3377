#!/usr/bin/env python3
"""Keeps the course true: whatever docs/ and README.md say of the code is held against the code. `make docs-check`.

    check.py [--fix] [--only quotes,outputs,...] [PAGE...]

A miss is a line `PAGE:LINE: check: words`; any of them makes the exit status 1. --fix first renews what can be renewed:
quotes, outputs, walks and pictures. With PAGEs, only what stands in them is checked.
"""

import argparse
import concurrent.futures
import importlib
import os
import pathlib
import sys
import time

import marks

CHECKS = ("marks", "links", "shape", "quotes", "symbols", "invariants", "pictures", "filters", "outputs", "walks",
          "commands", "mutations", "exercises")


def arguments(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fix", action="store_true", help="renew quotes, outputs, walks and pictures first")
    parser.add_argument("--only", default="", help="these checks alone, of: " + ", ".join(CHECKS))
    parser.add_argument("--root", default=pathlib.Path(__file__).resolve().parents[2], help=argparse.SUPPRESS)
    parser.add_argument("pages", nargs="*", metavar="PAGE")
    chosen = parser.parse_args(words)
    chosen.only = [name for name in chosen.only.split(",") if name] or list(CHECKS)
    if unknown := [name for name in chosen.only if name not in CHECKS]:
        parser.error(f"there is no check {unknown[0]}: it is one of {', '.join(CHECKS)}")
    chosen.root = pathlib.Path(chosen.root).resolve()
    chosen.pages = [page_path(parser, chosen.root, page) for page in chosen.pages]
    return chosen


def page_path(parser, root, name):
    path = pathlib.Path(name).resolve()
    if not path.is_file() or not path.is_relative_to(root):
        parser.error(f"there is no page {name}")
    return str(path.relative_to(root))


def say(line):
    print(line, flush=True)


def renew(name, tree):
    module = importlib.import_module(name)
    if hasattr(module, "fix"):
        if changed := module.fix(tree):
            say(f"{name}: {changed} renewed")


def check_one(name, tree):
    begin = time.monotonic()
    count, misses = importlib.import_module(name).check(tree)
    summary = f"{name}: {count} checked, {len(misses)} missed, {time.monotonic() - begin:.1f} s"
    say("\n".join([summary, *(str(miss) for miss in misses)]))
    return len(misses)


def main(words):
    chosen = arguments(words)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    if chosen.fix:
        for name in chosen.only:
            renew(name, marks.Tree(chosen.root, chosen.pages))
    tree = marks.Tree(chosen.root, chosen.pages)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:  # what readers would type waits, what is compiled does not
        missed = sum(pool.map(lambda name: check_one(name, tree), chosen.only))
    for note in tree.notes:
        say(f"skipped: {note}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
