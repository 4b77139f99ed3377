"""The checks that read, checked: marks, quotes, symbols, links, shape, invariants."""

import invariants
import links
import marks
import quotes
import shape
import symbols
from small_tree import InATree

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


class Marks(InATree):
    def test_a_page_is_read(self):
        code = "<!-- quote f : g -->\n\n```cpp\nx\n```\n"
        page = marks.Page("p.md", f"# A `b`: c\n\n{code}see `q` and ![p](r.svg)\n# A b c\n")
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
                            ("gateway/sub.h", "there is no gateway/sub.h"),
                            ("tests/add_test.cpp", "there is no tests/add_test.cpp"),
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


class Invariants(InATree):
    def setUp(self):
        super().setUp()
        self.put("src/add.h", "// Invariants:\n//   I1 a + b is\n//      b + a\n//   I2 it is quick\n")
        self.put("tests/add_test.cpp", 'TEST_CASE("adding (I1) " "both ways") {\n}\nTEST_CASE("adding fast") {}\n')

    def test_what_is_promised_and_tested(self):
        self.page("- **I1** (`src/add.h`): a + b is b + a. Test: `adding (I1) both ways`.\n")
        self.expect_none(invariants, 1)
        self.put("tests/sub_test.cpp", 'TEST_CASE("adding (I1) both ways") {}\n')
        self.expect_none(invariants, 1)
        self.page("- **I2** (`src/add.h`): it is\n  quick. Test:\n  `adding f`.\n")
        self.expect_none(invariants, 1)

    def test_what_is_not(self):
        for item, words in (("**I1** (`src/add.h`): a is b. Test: `adding fast`.", "promises no such I1: a is b"),
                            ("**I2** (`src/add.h`): it is quick. Test: `adding`.", "2 test cases called: adding"),
                            ("**I2** (`src/add.h`): it is quick. Test: `sub`.", "no test case called: sub"),
                            ("**I2** (`src/sub.h`): it is quick. Test: `adding fast`.", "there is no src/sub.h"),
                            ("**I2**: it is quick.", "the form is")):
            with self.subTest(item):
                self.page(f"one\n- {item}\n")
                self.expect_miss(invariants, "docs/page.md:2: invariant: ", words)
