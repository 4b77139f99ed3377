#!/usr/bin/env python3
"""Goes a walk, docs/walks/NAME.walk, and shows it as if it had been typed: each command, and what gdb says to it.

    show_walk.py NAME
"""

import pathlib
import sys

import marks
import walks


def main(words):
    tree = marks.Tree(pathlib.Path(__file__).resolve().parents[2], [])
    path = f"{walks.FOLDER}{words[0]}.walk"
    walk = walks.Walk(path, tree.text(path))
    answers = "".join(answer + "\n" for step in walk.steps for answer in step.answers)
    status, out = walks.on_a_terminal(walks.gdb_command(walk), tree.root, walks.SECONDS, answers)
    pieces = out.split(f"\n{walks.SPLIT}\n")
    for step, printed in zip(walk.steps, pieces[1:]):
        print(f"(gdb) {step.command}")
        for answer in step.answers:
            print(f"> {answer}")
        if printed.strip():
            print(printed.strip("\n"))
    if status != 0:
        print(f"gdb did not come to the end of it: {' '.join(pieces[0].split())}", file=sys.stderr)
    return 0 if status == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
