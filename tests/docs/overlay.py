"""Changed files, compiled and linked in front of everything that was built: a test of a change costs seconds.

An overlay is a folder with only the files that differ. They are compiled unoptimised, and the linker takes their
objects before it looks into the libraries. What was built is not touched.
"""

import concurrent.futures
import functools
import os
import re
import shutil
import threading

import running

FOLDER = "build/docs/overlay"
COMMON = ".ci/precompiled.h"
COMPILE_SECONDS = 300
RUN_SECONDS = 60
INCLUDE = re.compile(r'^#include "([^"]+)"', re.M)
INCLUDED_FROM = ("src", "tests", "examples")
IN_A_BATCH = re.compile(r'^#line 1 "([^"]+)"', re.M)
NOT_OF_THE_TESTS = re.compile(r"tests/(main\.cpp$|bench/|soak/|fuzz/libfuzzer)")
SUMMARY = re.compile(r"test cases:\s*(\d+) \|\s*(\d+) passed \|\s*(\d+) failed")
lock = threading.Lock()
compiling = threading.Semaphore(os.cpu_count() or 1)  # of all overlays together


class Broken(Exception):
    """It does not compile, or does not link, or there is nothing to link with."""


def filter_for(name):
    """doctest's -tc splits at commas; a ? stands for any letter."""
    return "-tc=" + re.sub(r"[,\\]", "?", name)


class Verdict:
    """What a run of tests came to."""

    def __init__(self, result):
        self.result = result
        match = SUMMARY.search(result.out)
        self.run, self.passed, self.failed = (int(number) for number in match.groups()) if match else (0, 0, 0)

    def is_green(self):
        return self.result.status == 0 and self.run > 0 and self.failed == 0

    def is_red(self):
        """A crash counts, a run that does not end does not: nobody sees red there."""
        return self.result.status not in (0, None) and (self.failed > 0 or self.result.status < 0)

    def words(self):
        if self.result.status is None:
            return f"it does not end within {RUN_SECONDS} s"
        if self.run == 0:
            return f"no test was run: {self.result.trouble()}"
        said = [line.strip() for line in self.result.out.split("\n") if "ERROR" in line]
        return f"{self.passed} passed, {self.failed} failed" + (f": {said[0]}" if said else "")


def run_tests(root, program, words, build="build"):
    result = running.run([program, *words], root, RUN_SECONDS, more_environment={"GLASSGATE_BUILD": str(build)})
    return Verdict(result)


class Built:
    """What make has built: how to compile, what to link with, and who includes what."""

    def __init__(self, tree):
        self.tree, self.root = tree, tree.root
        flags = tree.text("build/flags")
        if flags is None:
            raise Broken("there is no build/flags: make build/tests")
        compile_words, link_words = flags.strip().split(" : ")
        unoptimised = [re.sub(r"^-O\d$", "-O0", re.sub(r"^-g\d?$", "-g0", word)) for word in compile_words.split()]
        self.compiler, self.compile_flags = unoptimised[0], unoptimised[1:]
        self.libraries = [word for word in link_words.split() if word.startswith(("-l", "-L"))]

    @functools.cache
    def included_by(self, source):
        """What of the tree it includes, directly or not."""
        found, left = set(), [source]
        while left:
            path = left.pop()
            for name in INCLUDE.findall(self.tree.text(path) or ""):
                for folder in (path.rpartition("/")[0], *INCLUDED_FROM):
                    header = f"{folder}/{name}"
                    if (self.root / header).exists() and header not in found:
                        found.add(header)
                        left.append(header)
        return found

    @functools.cached_property
    def includers(self):
        """{header: sources that include it}, of src/ and of what the tests share."""
        found = {}
        for source in self.tree.files("src/**/*.cpp") + self.shared:
            for header in self.included_by(source):
                found.setdefault(header, []).append(source)
        return found

    @functools.cached_property
    def shared(self):
        return [path for path in self.tree.files("tests/**/*.cpp")
                if not path.endswith("_test.cpp") and not NOT_OF_THE_TESTS.match(path)]

    def affected(self, headers, tests):
        """All of src/ that includes one of the headers, and what the tests use and includes it: layouts must agree."""
        used = set().union(*(self.included_by(test) for test in tests))
        found = {source for header in headers for source in self.includers.get(header, [])}
        return {source for source in found
                if source.startswith("src/") or re.sub(r"\.cpp$", ".h", source) in used}

    @functools.cached_property
    def read_once(self):
        """What most files include, read once for all overlays."""
        if self.tree.text(COMMON) is None:
            return []
        with lock:
            header = "build/docs/precompiled.h"
            if self.has_to_be_made(f"{header}.gch", [COMMON, "build/flags"]):
                self.do([self.compiler, *self.compile_flags, "-x", "c++-header", "-o", f"{header}.gch", COMMON])
            return ["-include", header]

    @functools.cached_property
    def archives(self):
        """Without what is for the debugger, which is most of it. The tests' shared objects are an archive, too."""
        with lock:
            library = self.stripped("build/libglassgate.a", ["build/libglassgate.a"])
            shared = [self.object_of(path) for path in self.shared]
            return [self.stripped("build/docs/libtests.a", shared), library]

    def stripped(self, name, inputs):
        output = "build/docs/" + name.rsplit("/", 1)[-1].replace("lib", "libbare_")
        if self.has_to_be_made(output, inputs):
            if inputs != [name]:
                (self.root / name).unlink(missing_ok=True)
                self.do(["ar", "qcs", name, *inputs])
            self.do(["strip", "-g", "-o", output, name])
        return output

    def has_to_be_made(self, output, inputs):
        """It is not there, or what it is made of is newer; then its place is empty."""
        path = self.root / output
        if path.exists() and all((self.root / name).stat().st_mtime < path.stat().st_mtime for name in inputs):
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        return True

    def do(self, words):
        """Less urgent than what else is checked meanwhile, where people's commands are given people's time."""
        with compiling:
            result = running.run(["nice", *words], self.root, COMPILE_SECONDS)
        if result.status != 0:
            said = [line for line in result.err.split("\n") if re.search(r"error|undefined|No such", line)]
            raise Broken(said[0].strip() if said else f"{words[0]}: {result.trouble()}")

    @staticmethod
    def object_of(source):
        return "build/obj/" + re.sub(r"\.cpp$", ".o", source)

    @functools.cached_property
    def batches(self):
        """{test file: the object that it is compiled into, with others}, where it is not compiled alone"""
        return {test: re.sub(r"\.cpp$", ".o", batch) for batch in self.tree.files("build/batch/test_*.cpp")
                for test in IN_A_BATCH.findall(self.tree.text(batch))}

    def object_with(self, test):
        return self.batches.get(test, self.object_of(test))

    def needs_the_program(self, test):
        """Whether it starts build/glassgate."""
        return "tests/support/process.h" in self.included_by(test)


class Overlay:
    """with Overlay(built, name) as overlay: put() files, then program_of() tests; run() it."""

    def __init__(self, built, name):
        self.built, self.root = built, built.root
        self.place = f"{FOLDER}/{name}"
        self.files = []

    def __enter__(self):
        self.__exit__()
        (self.root / self.place).mkdir(parents=True)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.root / self.place, ignore_errors=True)

    def put(self, path, text):
        file = self.root / self.place / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        self.files.append(path)

    def compiled(self, source):
        """The object of a source. It is compiled inside the overlay, because names are first looked up beside it."""
        if source not in self.files:
            self.put(source, self.built.tree.text(source))
        target = f"{self.place}/obj/" + re.sub(r"\.cpp$", ".o", source)
        (self.root / target).parent.mkdir(parents=True, exist_ok=True)
        changed = [f"{self.place}/{folder}" for folder in INCLUDED_FROM]
        includes = [word for folder in [*changed, source.rpartition("/")[0]] for word in ("-iquote", folder)]
        self.built.do([self.built.compiler, *includes, *self.built.compile_flags, *self.built.read_once, "-c", "-o",
                       target, f"{self.place}/{source}"])
        return target

    def link(self, name, objects):
        program = f"{self.place}/{name}"
        self.built.do([self.built.compiler, "-pthread", "-Wl,-S", "-Wl,--as-needed", "-o", program, *objects,
                       *self.built.archives, *self.built.libraries])
        return program

    def program_of(self, tests, sources):
        """The program of these test files, with these sources (and tests) compiled anew."""
        if any(test in sources for test in tests):
            sources = sorted({*sources, *tests})  # a batch holds them as they were
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            compiled = dict(zip(sources, pool.map(self.compiled, sources)))
        own = [compiled[source] for source in compiled if source not in tests and source != "src/main.cpp"]
        cases = sorted({compiled.get(test) or self.built.object_with(test) for test in tests})
        if any(self.built.needs_the_program(test) for test in tests):
            main = compiled.get("src/main.cpp") or self.built.object_of("src/main.cpp")
            self.link("glassgate", [main, *own])
            (self.root / self.place / "demo_backend").symlink_to(self.root / "build/demo_backend")
        return self.link("tests.program", [self.built.object_of("tests/main.cpp"), *cases, *own])

    def run(self, program, words):
        has_own = (self.root / self.place / "glassgate").exists()
        return run_tests(self.root, program, words, self.place if has_own else "build")
