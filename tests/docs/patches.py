"""Unified diffs, applied by what their lines say: the numbers of lines in them are not looked at."""

import re


class Wrong(Exception):
    pass


class Patch:
    """What a diff does to one file: hunks of (sign, line)."""

    def __init__(self, path, is_new):
        self.path, self.is_new, self.hunks = path, is_new, []


def parse(lines):
    patches, at = [], 0
    while at < len(lines):
        line = lines[at]
        if line.startswith("--- ") and at + 1 < len(lines) and lines[at + 1].startswith("+++ "):
            path = re.sub(r"^b/", "", lines[at + 1][4:].split("\t")[0].strip())
            patches.append(Patch(path, line[4:].strip().startswith("/dev/null")))
            at += 1
        elif line.startswith("@@"):
            if not patches:
                raise Wrong("a hunk stands before the name of its file")
            patches[-1].hunks.append([])
        elif patches and patches[-1].hunks and line[:1] in ("", " ", "-", "+"):
            patches[-1].hunks[-1].append((line[:1] or " ", line[1:]))
        elif not line.startswith(("diff ", "index ", "new file", "\\ No newline")):
            raise Wrong(f"this is no line of a unified diff: {line}")
        at += 1
    if not patches:
        raise Wrong("it has no --- a/FILE and +++ b/FILE")
    return patches


def without_blank_end(hunk):
    """A blank line at the end of a fence is nothing that was meant."""
    while hunk and hunk[-1] == (" ", ""):
        hunk = hunk[:-1]
    return hunk


def applied(patch, text):
    """The file's new text; `text` is None where there is no such file."""
    hunks = [without_blank_end(hunk) for hunk in patch.hunks]
    if patch.is_new:
        if text is not None:
            raise Wrong(f"{patch.path}: is there already")
        return "".join(line + "\n" for hunk in hunks for _, line in hunk)
    if text is None:
        raise Wrong(f"there is no file {patch.path}")
    lines = text.split("\n")
    for hunk in hunks:
        old = [line.rstrip() for sign, line in hunk if sign != "+"]
        bare = [line.rstrip() for line in lines]
        places = [at for at in range(len(lines) - len(old) + 1) if bare[at:at + len(old)] == old]
        if len(places) != 1 or not old:
            first = next((line for line in old if line.strip()), "")
            raise Wrong(f"{patch.path}: a hunk fits in {len(places)} places, and it must be one: {first.strip()}")
        lines[places[0]:places[0] + len(old)] = [line for sign, line in hunk if sign != "-"]
    return "\n".join(lines)
