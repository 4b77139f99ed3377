"""The checks that change the code, checked: mutations, exercises, and the patches of their answers."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

import exercises
import mutations
import patches
from small_tree import InATree

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


class Patches(unittest.TestCase):
    def test_a_patch_is_applied_wherever_its_lines_are(self):
        lines = ["--- a/f", "+++ b/f", "@@ -7,2 +9,3 @@ int f()", " b", "-c", "+d", "", "@@ ... @@", "-e"]
        patch = patches.parse(lines)[0]
        self.assertEqual(patches.applied(patch, "a\nb\nc\n\ne\n"), "a\nb\nd\n\n")

    def test_a_new_file(self):
        patch = patches.parse(["--- /dev/null", "+++ b/f", "@@ -0,0 +1,2 @@", "+a", "+", "+b"])[0]
        self.assertEqual(patches.applied(patch, None), "a\n\nb\n")

    def test_a_patch_that_fits_nowhere_or_twice(self):
        patch = patches.parse(["--- a/f", "+++ b/f", "@@", "-b"])[0]
        for text in ("a\n", "b\nb\n", None):
            with self.assertRaises(patches.Wrong):
                patches.applied(patch, text)


ADD_TEST = """\
#include <doctest/doctest.h>
#include "add.h"
TEST_CASE("adding, both") { CHECK(add(1, 2) == 3); }
TEST_CASE("counting") { CHECK(count == 2); }
"""
OTHER_TEST = """\
#include <doctest/doctest.h>
#include "add.h"
TEST_CASE("counting") { CHECK(add(count, 0) == 2); }
"""
EXERCISE_TEST = """\
#include <doctest/doctest.h>
#include "add.h"
#if __has_include("three.h")
#include "three.h"
TEST_CASE("exercise 1.1: three" * doctest::skip()) { CHECK(three() == 3); }
#else
TEST_CASE("exercise 1.1: three" * doctest::skip()) { FAIL("write src/three.h"); }
#endif
"""
NEW_HEADER = """\
```diff
--- /dev/null
+++ b/src/three.h
@@ -0,0 +1 @@
+inline int three() { return add(1, 2); }
```
"""


class Built(InATree):
    """A tree that was built: a library of one file, a test of it and an exercise."""

    @classmethod
    def setUpClass(cls):
        cls.built = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.built.cleanup)
        root = pathlib.Path(cls.built.name)
        for path, text in (("src/add.h", "#pragma once\nint add(int a, int b);\ninline constexpr int count = 2;\n"),
                           ("src/add.cpp", '#include "add.h"\nint add(int a, int b) {\n  return a + b;\n}\n'),
                           ("tests/add_test.cpp", ADD_TEST), (".ci/precompiled.h", "#include <string>\n"),
                           ("tests/other_test.cpp", OTHER_TEST), ("tests/exercises/01_add_test.cpp", EXERCISE_TEST),
                           ("tests/main.cpp", (REPOSITORY / "tests/main.cpp").read_text()),
                           ("build/flags", "g++ -std=c++20 -O2 -g -Isrc -Itests : g++ -O2\n")):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        script = """
            repository=$1
            mkdir -p build/obj/{src,tests/exercises} build/batch
            compile() { g++ -std=c++20 -O0 -Isrc -iquote tests/exercises -c -o "$1" "$2"; }
            awk -f "$repository/.ci/batch.awk" tests/add_test.cpp tests/other_test.cpp >build/batch/test_1.cpp
            compile build/batch/test_1.o build/batch/test_1.cpp
            compile build/obj/tests/exercises/01_add_test.o tests/exercises/01_add_test.cpp
            compile build/obj/src/add.o src/add.cpp
            main=$repository/build/obj/tests/main.o
            if [[ -e $main ]]; then cp "$main" build/obj/tests/; else compile build/obj/tests/main.o tests/main.cpp; fi
            ar rcs build/libglassgate.a build/obj/src/add.o
            g++ -o build/tests build/obj/tests/{main,exercises/*}.o build/batch/test_1.o build/libglassgate.a"""
        subprocess.run(["bash", "-ec", script, "bash", REPOSITORY], cwd=root, check=True)

    def setUp(self):
        super().setUp()
        shutil.copytree(self.built.name, self.root, dirs_exist_ok=True)


class Mutations(Built):
    def breaks(self, diff, mark="src/add.cpp : tests/add_test.cpp : adding, both"):
        self.page(f"<!-- break {mark} -->\n```diff\n{diff}\n```\n")

    def test_changes_that_are_caught(self):
        self.breaks("-return a + b;\n+return a - b;")
        self.expect_none(mutations, 1)
        self.breaks("-inline constexpr int count = 2;\n+inline constexpr int count = 3;",
                    "src/add.h : tests/add_test.cpp : counting")
        self.expect_none(mutations, 1)

    def test_changes_that_are_not(self):
        for diff, words in (("-return a + b;\n+return b + a;", "the test does not fail: 1 passed, 0 failed"),
                            ("-return a + b;\n+return a + c;", "it does not build: ")):
            with self.subTest(diff):
                self.breaks(diff)
                self.expect_miss(mutations, "docs/page.md:2: break: src/add.cpp: adding, both: ", words)

    def test_changes_that_cannot_be_made(self):
        for diff, words in (("-return a;\n+return b;", "found 0 times"), ("+return b;", "nothing says where")):
            with self.subTest(diff):
                self.breaks(diff)
                self.expect_miss(mutations, "docs/page.md:1: break: ", words)
        self.breaks("-return a + b;\n+return a;", "src/add.cpp : tests/add_test.cpp : subtracting")
        self.expect_miss(mutations, "docs/page.md:1: break: tests/add_test.cpp: no test case called: subtracting")

    def test_a_test_that_fails_anyway(self):
        self.put_program("build/tests", "#!/bin/sh\necho 'test cases: 1 | 0 passed | 1 failed'\nexit 1\n")
        self.breaks("-return a + b;\n+return a;")
        self.expect_miss(mutations, "docs/page.md:2: break: ", "the test does not pass as it is: 0 passed, 1 failed")


class Exercises(Built):
    def setUp(self):
        super().setUp()
        self.page("# One\n- exercise 1.1: write three.\n", "docs/lessons/01-one.md")
        self.answer(NEW_HEADER)

    def answer(self, text, heading="### 1.1 Three"):
        self.page(f"# Answers\n{heading}\n{text}", "docs/answers/01-one.md")

    def test_an_exercise_with_its_answer(self):
        self.expect_none(exercises, 1)

    def test_answers_that_do_not_answer(self):
        for old, new, words in (("(1, 2)", "(2, 2)", "the test does not pass with the answer: 0 passed, 1 failed"),
                                ("add(", "sub(", "the answer does not go with the tree: "),
                                ("/dev/null", "a/src/three.h", "there is no file src/three.h"),
                                ("src/three.h", "examples/three.h", "only src/ and tests/")):
            with self.subTest(words):
                self.answer(NEW_HEADER.replace(old, new))
                self.expect_miss(exercises, "docs/answers/01-one.md:2: exercise: 1.1: ", words)

    def test_a_test_that_passes_without_the_answer(self):
        self.put_program("build/tests", "#!/bin/sh\necho 'test cases: 1 | 1 passed | 0 failed'\n")
        self.expect_miss(exercises, "docs/answers/01-one.md:2: exercise: 1.1: the test has to fail without the answer")

    def test_parts_that_are_missing(self):
        self.answer("", heading="### 1.1 Three")
        self.expect_miss(exercises, "docs/lessons/01-one.md:2: exercise: the answer to 1.1 has no diff")
        self.answer("", heading="### Three")
        self.expect_miss(exercises, "docs/lessons/01-one.md:2: exercise: docs/answers/01-*.md has no `### 1.1 ...`")
        self.answer(NEW_HEADER)
        self.page("# One\n", "docs/lessons/01-one.md")
        self.expect_miss(exercises, "docs/answers/01-one.md:2: exercise: no lesson names exercise 1.1")
        self.put("tests/exercises/01_add_test.cpp", 'TEST_CASE("exercise 1.2: four") {}\n')
        self.page("# One\nExercise 1.1 and exercise 1.2.\n", "docs/lessons/01-one.md")
        self.assertEqual(self.misses(exercises), [
            "docs/lessons/01-one.md:2: exercise: tests/exercises/ has no test case `exercise 1.1: ...`",
            "docs/lessons/01-one.md:2: exercise: docs/answers/01-*.md has no `### 1.2 ...`",
            "tests/exercises/01_add_test.cpp:1: exercise: exercise 1.2: four: is not decorated with doctest::skip()"])
