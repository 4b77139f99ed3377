"""A small tree in a temporary folder, and what a check says of it."""

import pathlib
import socket
import stat
import tempfile
import textwrap
import unittest

import marks


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

    def put_demo(self, program="echo Ctrl-C stops everything.; exec python3 -m http.server --bind 127.0.0.1 PORT"):
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
