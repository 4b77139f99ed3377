"""The checks that run what a page shows, checked: outputs, pictures, filters, commands, walks."""

import subprocess
import unittest

import commands
import filters
import outputs
import pictures
import walks
from small_tree import InATree


class Outputs(InATree):
    def test_what_is_printed(self):
        self.page("<!-- output printf 'a\\nb\\n\\n' -->\n```\na\nb\n```\n")
        self.expect_none(outputs, 1)

    def test_wildcards(self):
        lines = "<!-- output seq 9 -->\n```\n1\n...\n5\n6\n...\n9\n```\n"
        text = "<!-- output echo in 17 ms -->\n```\nin … ms\n```\n"
        self.page(lines + "\n" + text)
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

    def test_a_demo_of_somebody_else(self):
        port = self.put_demo()
        other = subprocess.Popen([self.root / "examples/demo.sh"], cwd=self.root, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        self.put_program("examples/demo.sh", "#!/bin/sh\nsleep 1; echo 9000 is out of reach; exit 1\n")
        self.page(f"<!-- output live curl -s http://127.0.0.1:{port}/healthz -->\n```\nok\n```\n")
        self.expect_miss(outputs, "docs/page.md:1: output: the demo does not start: 9000 is out of reach")

    def test_a_demo_that_does_not_start(self):
        self.put_demo("echo demo: out of luck; exit 1")
        self.page("<!-- output live true -->\n```\n```\n")
        self.expect_miss(outputs, "docs/page.md:1: output: the demo does not start: demo: out of luck")


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


class Filters(InATree):
    def setUp(self):
        super().setUp()
        self.put_program("build/tests", """\
            #!/bin/sh
            case " $*" in *" -tc=*adding?both*" | *" -tc=*both ways" | *" -sf=*/add/*"*) n=1 ;; *) n=0 ;; esac
            echo "unskipped test cases passing the current filters: $n"
            """)

    def test_what_chooses_a_test(self):
        self.page("""\
            `make test TEST_ARGS='-tc=*adding?both*'`, `gdb --args build/tests -tc='*both ways'`, `-ltc`
            ```sh
            A=3 make test TEST_ARGS="-sf='*/add/*'"   # or '-sf=*/sub*'
            make test TEST_ARGS="-sf='*/add/NAME*'"
            ```
            """)
        self.expect_none(filters, 4)

    def test_what_chooses_none(self):
        for typed, words in (("make test TEST_ARGS='-tc=*both ways'", "no test is chosen by -tc=*both"),
                             ("make test TEST_ARGS='-tc=*subtracting*'", "no test is chosen by -tc=*subtracting*")):
            with self.subTest(typed):
                self.page(f"one\n`{typed}`\n")
                self.expect_miss(filters, f"docs/page.md:2: filter: {typed}: {words}")
        (self.root / "build/tests").unlink()
        self.expect_miss(filters, "docs/page.md:2: filter: ", "build/tests is not there")


class Commands(InATree):
    def setUp(self):
        super().setUp()
        self.port = self.put_demo()
        self.put("Makefile", "run:\n\t+touch ran\n.PHONY: FORCE\nFORCE:\n")

    def test_commands_that_end_well(self):
        self.page(f"""\
            ```sh
            make run   # until Ctrl-C
            PORTS=3 make run ARGS="-a -b"
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
        rows = "See each primitive act (all):\n\n|what|how|\n|---|---|\n|a|`make run`|\n|b|`for i in 1; do {}; done`|\n"
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
