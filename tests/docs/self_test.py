#!/usr/bin/env python3
"""The checks, checked: for each a small tree with a page that is true, and one that is not, whose miss must be told."""

import pathlib
import shutil
import socket
import stat
import subprocess
import tempfile
import textwrap
import unittest

import commands
import exercises
import invariants
import links
import marks
import mutations
import outputs
import patches
import pictures
import quotes
import shape
import symbols
import walks

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]

CODE = """\
// Adds.
int add(int a,
        int b) {
  if (a > b) {
    return a + b;
  }
  return b + a;
}

int twice(int a) { return 2 * a; }

struct Pair {
  int first = 0;
  int sum() const;
};

Pair::Pair()
    : first{1} {}
"""


class InATree(unittest.TestCase):
    """A folder with files in it, and what a check says of them."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)

    def put(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        return file

    def put_program(self, path, text):
        self.put(path, text).chmod(stat.S_IRWXU)

    def put_demo(self, program="exec python3 -m http.server --bind 127.0.0.1 PORT"):
        """It serves the folder of the tree."""
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        self.put("config.yaml", f"admin: 127.0.0.1:{port}\n")
        self.put("healthz", "ok\n")
        self.put_program("examples/demo.sh", "#!/bin/sh\n" + program.replace("PORT", str(port)))
        return port

    def page(self, text, path="docs/page.md"):
        self.put(path, text)

    def tree(self, *names):
        return marks.Tree(self.root, names)

    def misses(self, module):
        return [str(miss) for miss in module.check(self.tree())[1]]

    def expect_none(self, module, checked=None):
        count, misses = module.check(self.tree())
        self.assertEqual([str(miss) for miss in misses], [])
        if checked is not None:
            self.assertEqual(count, checked)

    def expect_miss(self, module, beginning, *words):
        """Exactly one, and it says so."""
        misses = self.misses(module)
        self.assertEqual(len(misses), 1, misses)
        self.assertTrue(misses[0].startswith(beginning), misses[0])
        for word in words:
            self.assertIn(word, misses[0])


class Marks(InATree):
    def test_a_page_is_read(self):
        page = marks.Page("p.md", "# A `b`: c\n\n<!-- quote f : g -->\n\n```cpp\nx\n```\nsee `q` and ![p](r.svg)\n# A b c\n")
        self.assertEqual([heading.slug for heading in page.headings], ["a-b-c", "a-b-c-1"])
        self.assertEqual([(fence.line, fence.language, fence.lines) for fence in page.fences], [(5, "cpp", ["x"])])
        self.assertEqual((page.fences[0].mark.kind, page.fences[0].mark.text), ("quote", "f : g"))
        self.assertEqual([(span.text, span.line) for span in page.spans], [("b", 1), ("q", 8)])
        self.assertEqual([(link.is_image, link.text, link.target) for link in page.links], [(True, "p", "r.svg")])

    def test_marks_with_fences(self):
        self.page("<!-- output true -->\n```\n```\n\n<!-- not run: it never ends -->\n```sh\nmake run\n```\n")
        self.expect_none(marks, 2)

    def test_a_mark_without_a_fence(self):
        self.page("one\n<!-- quote a : b -->\n\n\n```\n```\n")
        self.expect_miss(marks, "docs/page.md:2: mark: no fence")

    def test_an_unknown_mark(self):
        self.page("<!-- qoute a : b -->\n```\n```\n")
        self.expect_miss(marks, "docs/page.md:1: mark: no mark is called so: qoute")

    def test_not_run_without_a_reason(self):
        self.page("<!-- not run: -->\n```sh\n```\n")
        self.expect_miss(marks, "docs/page.md:1: mark: not run: without a reason")


class Quotes(InATree):
    def setUp(self):
        super().setUp()
        self.put("src/add.cpp", CODE)

    def quote(self, mark, begin, end):
        code = "\n".join(CODE.split("\n")[begin - 1:end])
        self.page(f"<!-- quote src/add.cpp : {mark} -->\n```cpp\n{code}\n```\n")

    def test_code_is_quoted_to_its_end(self):
        for mark, begin, end in (("int add(", 2, 8), ("// Adds", 1, 8), ("int twice", 10, 10), ("struct Pair", 12, 15),
                                 ("int sum", 14, 14), ("Pair::Pair", 17, 18), ("if (a > b", 4, 6),
                                 ("int first .. };", 13, 15)):
            with self.subTest(mark):
                self.quote(mark, begin, end)
                self.expect_none(quotes, 1)

    def test_code_that_changed(self):
        self.quote("int add(", 2, 8)
        self.put("src/add.cpp", CODE.replace("b + a", "a"))
        self.expect_miss(quotes, "docs/page.md:2: quote: src/add.cpp : int add(: it changed; run make docs-fix")
        self.assertEqual(quotes.fix(self.tree()), 1)
        self.expect_none(quotes, 1)

    def test_a_text_that_is_not_in_one_line(self):
        self.quote("return", 7, 7)
        self.expect_miss(quotes, "docs/page.md:1: quote: src/add.cpp: 3 lines contain it")

    def test_a_file_that_is_not_there(self):
        self.page("<!-- quote src/sub.cpp : x -->\n```\n```\n")
        self.expect_miss(quotes, "docs/page.md:1: quote: there is no file src/sub.cpp")


class Outputs(InATree):
    def test_what_is_printed(self):
        self.page("<!-- output printf 'a\\nb\\n\\n' -->\n```\na\nb\n```\n")
        self.expect_none(outputs, 1)

    def test_wildcards(self):
        self.page("<!-- output seq 9 -->\n```\n1\n...\n5\n6\n...\n9\n```\n\n<!-- output echo in 17 ms -->\n```\nin … ms\n```\n")
        self.expect_none(outputs, 2)

    def test_something_else(self):
        self.page("<!-- output printf 'a\\nc\\n' -->\n```\na\nb\n```\n")
        self.expect_miss(outputs, "docs/page.md:2: output: ", "line 2 of it, 'b', is 'c'; run make docs-fix")
        self.assertEqual(outputs.fix(self.tree()), 1)
        self.expect_none(outputs, 1)

    def test_something_else_than_the_wildcards_say(self):
        for expected in ("1\n...\n7\n6\n...", "...\n8", "1\n2\n...\n10", "…\n…", "2\n...\n9"):
            with self.subTest(expected):
                self.page(f"<!-- output seq 9 -->\n```\n{expected}\n```\n")
                self.expect_miss(outputs, "docs/page.md:2: output: seq 9: ")

    def test_a_command_that_fails(self):
        self.page("<!-- output echo gone >&2; exit 3 -->\n```\n```\n")
        self.expect_miss(outputs, "docs/page.md:1: output: ", "exit status 3: gone")

    def test_live(self):
        port = self.put_demo()
        self.page(f"<!-- output live curl -s http://127.0.0.1:{port}/healthz -->\n```\nok\n```\n")
        self.expect_none(outputs, 1)
        self.page(f"<!-- output live curl -s http://127.0.0.1:{port}/healthz -->\n```\nko\n```\n")
        self.expect_miss(outputs, "docs/page.md:2: output: ", "line 1 of it, 'ko', is 'ok'")

    def test_a_demo_that_does_not_start(self):
        self.put_demo("echo demo: out of luck; exit 1")
        self.page("<!-- output live true -->\n```\n```\n")
        self.expect_miss(outputs, "docs/page.md:1: output: the demo does not start: demo: out of luck")


class Symbols(InATree):
    def setUp(self):
        super().setUp()
        self.put("src/gateway/add.h", "int add(int a);\n")
        self.put("Makefile", "build/adder:\n\techo\n.PHONY: FORCE\nFORCE:\n")

    def test_what_there_is(self):
        self.page("""\
            `src/gateway/add.h: add()`, `gateway/add.h: add`, `add.h: add()`, `src/gateway/`, `src/gateway/*.h`,
            `build/adder`, `build/debug/adder`, `gateway/add.h`, `sys/socket.h`, `/metrics`, `src/gateway/NAME.h`
            """)
        self.expect_none(symbols)

    def test_what_there_is_not(self):
        for span, words in (("src/gateway/add.h: sub()", "src/gateway/add.h has no sub"),
                            ("gateway/sub.h: sub()", "there is no file gateway/sub.h"),
                            ("gateway/sub.h", "there is no gateway/sub.h"), ("tests/add_test.cpp", "there is no tests/"),
                            ("build/subtractor", "make has no target build/subtractor"),
                            ("src/*/*.cpp", "there is no src/*/*.cpp")):
            with self.subTest(span):
                self.page(f"one\n`{span}`\n")
                self.expect_miss(symbols, f"docs/page.md:2: symbol: `{span}`: {words}")


class Links(InATree):
    def setUp(self):
        super().setUp()
        self.put("src/add.h", "")
        self.page("# A: `b` & c\n## Two\n## Two\n", "docs/other.md")

    def test_links_that_lead_somewhere(self):
        self.page("""\
            # Here
            [a](../src/add.h) [b](other.md#a-b--c) **[c](other.md#two-1)** [d](#here) [e](https://a.example/b?c#d)
            `[no](link)`
            """)
        self.expect_none(links, 5)

    def test_links_that_lead_nowhere(self):
        for target, words in (("../src/sub.h", "there is no src/sub.h"), ("other.md#three", "has no heading #three"),
                              ("#there", "has no heading #there"), ("../src/add.h#L1", "only pages have anchors"),
                              ("https://", "this is no address"), ("../../x", "there is no ../x"),
                              ("ftp://a.example", "links are relative")):
            with self.subTest(target):
                self.page(f"one\n[a]({target})\n")
                self.expect_miss(links, f"docs/page.md:2: link: {target}: ", words)


class Shape(InATree):
    def lesson(self, path="docs/lessons/01-one.md", sections=shape.SECTIONS, more=""):
        self.page("# One\n" + "".join(f"## {section}\n" for section in sections) + more, path)

    def test_lessons_in_shape(self):
        self.lesson()
        self.lesson("docs/lessons/02-two.md")
        self.page("[1](lessons/01-one.md) [2](lessons/02-two.md)\n", "docs/README.md")
        self.expect_none(shape, 2)

    def test_lessons_out_of_shape(self):
        self.page("\n[1](lessons/01-one.md)\n", "docs/README.md")
        self.lesson(sections=shape.SECTIONS[1:])
        self.expect_miss(shape, "docs/lessons/01-one.md:1: shape: has no section `## Without it`")
        self.lesson(sections=("The idea", "Without it", *shape.SECTIONS[2:]))
        self.expect_miss(shape, "docs/lessons/01-one.md:2: shape: `## The idea` comes too early")
        self.lesson(more="\n" * 240)
        self.expect_miss(shape, "docs/lessons/01-one.md:254: shape: 254 lines")

    def test_lessons_out_of_order(self):
        self.lesson()
        self.page("\n[1](lessons/01-one.md) [again](lessons/01-one.md)\n", "docs/README.md")
        self.expect_miss(shape, "docs/README.md:1: shape: links docs/lessons/01-one.md 2 times")
        self.lesson("docs/lessons/02-two.md")
        self.page("\n[2](lessons/02-two.md)\n[1](lessons/01-one.md)\n", "docs/README.md")
        self.expect_miss(shape, "docs/README.md:3: shape: docs/lessons/01-one.md comes behind")


class Pictures(InATree):
    def setUp(self):
        super().setUp()
        self.put_program("build/ex/ring", "#!/bin/sh\necho '<svg/>' > $2\n")
        self.put("docs/pictures/ring.svg", "<svg/>\n")
        self.page("one\n![a ring](pictures/ring.svg)\n")

    def test_a_picture_as_it_is_drawn(self):
        self.expect_none(pictures, 1)

    def test_a_picture_that_is_not(self):
        self.put("docs/pictures/ring.svg", "<svg></svg>\n")
        self.expect_miss(pictures, "docs/pictures/ring.svg:1: picture: is not what its program draws")
        self.assertEqual(pictures.fix(self.tree()), 1)
        self.expect_none(pictures, 1)

    def test_a_picture_that_nobody_draws(self):
        (self.root / "build/ex/ring").unlink()
        self.expect_miss(pictures, "docs/pictures/ring.svg:1: picture: build/ex/ring is not there")

    def test_a_picture_that_no_page_shows(self):
        self.page("one\n")
        self.expect_miss(pictures, "docs/pictures/ring.svg:1: picture: no page shows it")

    def test_a_picture_without_words(self):
        self.page("one\n![](pictures/ring.svg)\n")
        self.expect_miss(pictures, "docs/page.md:2: picture: pictures/ring.svg: has no words")


class Invariants(InATree):
    def setUp(self):
        super().setUp()
        self.put("src/add.h", "// Invariants:\n//   I1 a + b is\n//      b + a\n//   I2 it is quick\n")
        self.put("tests/add_test.cpp", 'TEST_CASE("adding (I1) " "both ways") {\n}\nTEST_CASE("adding fast") {}\n')

    def test_what_is_promised_and_tested(self):
        self.page("- **I1** (`src/add.h`): a + b is b + a. Test: `adding (I1)\n both ways`.\n".replace("\n b", " b"))
        self.expect_none(invariants, 1)
        self.page("- **I2** (`src/add.h`): it is\n  quick. Test:\n  `adding f`.\n")
        self.expect_none(invariants, 1)

    def test_what_is_not(self):
        for item, words in (("**I1** (`src/add.h`): a is b. Test: `adding fast`.", "src/add.h promises no such I1: a is b"),
                            ("**I2** (`src/add.h`): it is quick. Test: `adding`.", "2 test cases called: adding"),
                            ("**I2** (`src/add.h`): it is quick. Test: `sub`.", "no test case called: sub"),
                            ("**I2** (`src/sub.h`): it is quick. Test: `adding fast`.", "there is no src/sub.h"),
                            ("**I2**: it is quick.", "the form is")):
            with self.subTest(item):
                self.page(f"one\n- {item}\n")
                self.expect_miss(invariants, "docs/page.md:2: invariant: ", words)


class Commands(InATree):
    def setUp(self):
        super().setUp()
        self.port = self.put_demo()
        self.put("Makefile", "run:\n\t+touch ran\n.PHONY: FORCE\nFORCE:\n")

    def test_commands_that_end_well(self):
        self.page(f"""\
            ```sh
            make run   # until Ctrl-C
            a=healthz
            curl -sf http://127.0.0.1:{self.port}/$a | grep ok
            build/glassgate --config config.yaml
            sleep 100 &
            ```
            ```console
            $ a=3; echo $a
            3
            $ seq $a \\
            >   5
            3
            ...
            ```
            """)
        self.expect_none(commands, 2)
        self.assertFalse((self.root / "ran").exists())

    def test_commands_that_do_not(self):
        for fence, line, words in (("sh\ntrue\nfalse\ntrue", 2, "exit status 1"),
                                   ("sh\ntrue\nmake test", 4, "make test: make has no target test"),
                                   ("sh\nbuild/glassgate --config x.yaml", 3, "there is no x.yaml"),
                                   ("console\n$ echo a\na\n$ echo b\na", 5, "echo b: line 1 of it, 'a', is 'b'"),
                                   ("console\n$ true\n$ false", 4, "false: exit status 1"),
                                   ("console\n$ exit 7", 3, "exit 7: it does not come to its end: exit status 7")):
            with self.subTest(fence):
                self.page(f"one\n```{fence}\n```\n")
                self.expect_miss(commands, f"docs/page.md:{line}: command: ", words)

    def test_the_table_of_the_readme(self):
        rows = "See each primitive act (all):\n\n|what|how|\n|---|---|\n|a|`make run`, `/echo`|\n|b|`for i in 1; do {}; done`|\n"
        self.page(rows.format("true"), "README.md")
        self.expect_none(commands, 2)
        self.page(rows.format("false"), "README.md")
        self.expect_miss(commands, "README.md:6: command: for i in 1; do false; done: exit status 1")


WALK = """\
program: build/debug/ex/add
(gdb) break add
(gdb) run
=> Breakpoint 1, add (a=1, b=2)
(gdb) print a  +  b
=> = 3
(gdb) commands 1
> silent
> print a * 10
> end
(gdb) continue
=> the first is 3
=> = 30
(gdb) continue
=> exited ... normally
"""


@unittest.skipIf(walks.why_no_gdb(), "gdb cannot be used here")
class Walks(InATree):
    def setUp(self):
        super().setUp()
        source = self.put("add.cpp", """\
            #include <cstdio>
            int add(int a, int b) { return a + b; }
            int main() { std::printf("the first is %d\\n", add(1, 2)); return add(3, 4) - 7; }
            """)
        (self.root / "build/debug/ex").mkdir(parents=True)
        subprocess.run(["g++", "-O0", "-g", "-o", self.root / "build/debug/ex/add", source], check=True)

    def walk(self, text):
        self.put("docs/walks/add.walk", text)
        self.page(f"<!-- walk add -->\n```\n{text}```\n")

    def test_a_walk_that_shows_what_it_says(self):
        self.walk(WALK)
        self.expect_none(walks, 1)

    def test_walks_that_do_not(self):
        for old, new, line, words in (("= 3\n", "= 4\n", 6, "(print a  +  b) does not print: = 4; but: $1 = 3"),
                                      ("(a=1, b=2)", "(b=2)", 4, "(run) does not print"),
                                      ("print a  +  b\n=> = 3", "print c", 5, 'gdb says: No symbol "c"'),
                                      (WALK[len(WALK.split("(gdb)")[0]):], "(gdb) run\n", 1, "stops nowhere"),
                                      ("program: build/debug/ex/add", "program: build/debug/ex/sub", 1, "is not there"),
                                      ("(gdb) run", "gdb) run", 3, "a line is `# ...`")):
            with self.subTest(new):
                self.walk(WALK.replace(old, new))
                self.expect_miss(walks, f"docs/walks/add.walk:{line}: walk: ", words)

    def test_a_fence_that_is_not_its_walk(self):
        self.walk(WALK)
        self.page("<!-- walk add -->\n```\n```\n")
        self.expect_miss(walks, "docs/page.md:2: walk: is not docs/walks/add.walk; run make docs-fix")
        self.assertEqual(walks.fix(self.tree()), 1)
        self.expect_none(walks, 1)
        self.page("<!-- walk sub -->\n```\n```\n")
        misses = self.misses(walks)
        self.assertEqual(misses, ["docs/page.md:1: walk: there is no docs/walks/sub.walk",
                                  "docs/walks/add.walk:1: walk: no page shows it"])


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
NEW_HEADER = "```diff\n--- /dev/null\n+++ b/src/three.h\n@@ -0,0 +1 @@\n+inline int three() { return add(1, 2); }\n```\n"


class Built(InATree):
    """A tree that was built: a library of one file, a test of it and an exercise."""

    @classmethod
    def setUpClass(cls):
        cls.built = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.built.cleanup)
        root = pathlib.Path(cls.built.name)
        for path, text in (("src/add.h", "int add(int a, int b);\ninline constexpr int count = 2;\n"),
                           ("src/add.cpp", '#include "add.h"\nint add(int a, int b) {\n  return a + b;\n}\n'),
                           ("tests/add_test.cpp", ADD_TEST), ("tests/exercises/01_add_test.cpp", EXERCISE_TEST),
                           ("tests/main.cpp", (REPOSITORY / "tests/main.cpp").read_text()),
                           ("build/flags", "g++ -std=c++20 -O2 -g -Isrc -Itests : g++ -O2\n")):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        script = """
            for file in src/add tests/add_test tests/exercises/01_add_test tests/main; do
              mkdir -p build/obj/${file%/*}
              [[ $file == tests/main && -e $1 ]] && cp $1 build/obj/tests/main.o && continue
              g++ -std=c++20 -O0 -Isrc -MMD -MP -c -o build/obj/$file.o $file.cpp
            done
            ar rcs build/libglassgate.a build/obj/src/add.o
            g++ -o build/tests build/obj/tests/*.o build/obj/tests/exercises/*.o build/libglassgate.a"""
        subprocess.run(["bash", "-ec", script, "bash", REPOSITORY / "build/obj/tests/main.o"], cwd=root, check=True)

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


if __name__ == "__main__":
    unittest.main()
