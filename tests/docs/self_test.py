#!/usr/bin/env python3
"""The checks, checked: for each a small tree with a page that is true, and one that is not, whose miss must be told."""

import pathlib
import socket
import stat
import tempfile
import textwrap
import unittest

import links
import marks
import outputs
import pictures
import quotes
import running
import shape
import symbols

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

    def put_demo(self, program):
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        self.put("config.yaml", f"admin: 127.0.0.1:{port}\n")
        self.put("healthz", "ok\n")
        self.put_program("examples/demo.sh", "#!/bin/sh\n" + program.replace("PORT", str(port)))
        return port

    def test_live(self):
        port = self.put_demo("exec python3 -m http.server --bind 127.0.0.1 PORT")
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


if __name__ == "__main__":
    unittest.main()
