#!/usr/bin/env python3
"""Which branches of the code that reads and writes hostile bytes the kept inputs take.

usage: coverage.py BUILD TARGET...

Runs BUILD/TARGET_fuzz over tests/fuzz/corpus/TARGET for each target, and adds up the branches that clang counted: a
line for each file of SOURCES, and each side of a condition that no input took.

Two kinds of sides are left out, which nothing can take: the way past the cases of a switch, which name every value
(the compiler sees to that), and a case that a comment in its line says is "never here".
"""
import collections
import json
import os
import subprocess
import sys

# What fuzzing is for: every byte that these files read or write may be somebody else's choice.
SOURCES = """
base/json.cpp base/json.h base/text_builder.h base/utf8.cpp primitives/metrics/prometheus_text.cpp
http/body.cpp http/chunked.cpp http/framing.cpp http/head_parser.cpp http/head_writer.h
http/hop_by_hop.cpp http/message.cpp http/target.cpp
gateway/client_address.cpp gateway/config.cpp gateway/config_reader.cpp gateway/config_route_conditions.cpp
gateway/config_routes.cpp gateway/config_server.cpp gateway/config_text.cpp gateway/config_upstreams.cpp
gateway/config_values.cpp gateway/forwarding.cpp gateway/request_check.cpp gateway/trace_context.cpp
gateway/tracing.cpp gateway/yaml.cpp gateway/yaml_bytes.cpp
""".split()


def run_corpus(build, target):
    """The path of the profile that the target's inputs leave."""
    raw, profile = f"{build}/{target}.profraw", f"{build}/{target}.profdata"
    program = ["setarch", "-R", f"{build}/{target}_fuzz", "-runs=0", f"tests/fuzz/corpus/{target}"]
    done = subprocess.run(program, env=os.environ | {"LLVM_PROFILE_FILE": raw}, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"coverage: {' '.join(program)} failed:\n{done.stderr[-2000:]}")
    subprocess.run(["llvm-profdata", "merge", "-o", profile, raw], check=True)
    return profile


def add_branches(build, target, profile, branches):
    """Adds the target's counts to branches[file][place], a pair: how often it was true, and how often not."""
    export = ["llvm-cov", "export", f"{build}/{target}_fuzz", f"-instr-profile={profile}", "-format=text"]
    files = json.loads(subprocess.run(export, check=True, capture_output=True).stdout)["data"][0]["files"]
    for file in files:
        name = file["filename"].rpartition("src/")[2]
        if name not in SOURCES:
            continue
        for *place, taken, untaken in (branch[:6] for branch in file["branches"]):
            before = branches[name][tuple(place)]
            branches[name][tuple(place)] = (before[0] + taken, before[1] + untaken)


def sides(name, places):
    """(how often it was taken, a line about it) for each side of a condition that can be taken."""
    with open(f"src/{name}", encoding="utf-8") as source:
        lines = source.read().splitlines()
    for (line, column, last_line, last_column), counts in sorted(places.items()):
        text = lines[line - 1]
        condition = text[column - 1 : last_column - 1 if line == last_line else None]
        is_past_all_cases = text[: column - 1].endswith("switch (")
        for side, count in zip(("true", "false"), counts):
            if side == "true" and (is_past_all_cases or "// never here" in text):
                continue
            yield count, f"  {line}: never {side}: {condition}"


def main(build, targets):
    branches = collections.defaultdict(lambda: collections.defaultdict(lambda: (0, 0)))
    for target in targets:
        add_branches(build, target, run_corpus(build, target), branches)
    taken_in_all = sides_in_all = 0
    for name in SOURCES:
        in_file = list(sides(name, branches[name]))
        missed = [line for count, line in in_file if count == 0]
        taken_in_all += len(in_file) - len(missed)
        sides_in_all += len(in_file)
        print(f"{len(in_file) - len(missed):5} of {len(in_file):4}  src/{name}", *missed, sep="\n")
    print(f"{taken_in_all:5} of {sides_in_all:4}  sides of all conditions")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
