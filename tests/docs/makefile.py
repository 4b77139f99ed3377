"""The Makefile's targets, as make itself lists them. `make -n` would not do: it runs recipes that begin with a +."""

import re

import running

FLAVOURS = ("debug", "asan", "tsan", "fuzz")


def targets(tree):
    """Every explicit target. FORCE has no recipe, so nothing is run."""
    printed = running.run("make --print-data-base --question FORCE", tree.root, 60).out
    found, is_file = set(), True
    for line in printed.split("\n"):
        if match := re.match(r"^([^\s#%=:][^%=:]*):(?!=)", line):
            if is_file:
                found.update(match[1].split())
        is_file = not line.startswith("# Not a target")
    return found


def without_flavour(path):
    """build/debug/ex/NAME is built by the rule of build/ex/NAME."""
    return re.sub(rf"^build/({'|'.join(FLAVOURS)})(/|$)", "build/", path)


def is_built(path, known):
    """Whether it is a target, or a folder of targets."""
    plain = without_flavour(path.rstrip("/"))
    return plain.rstrip("/") == "build" or plain in known or any(name.startswith(plain + "/") for name in known)
