#!/usr/bin/env python3
"""The checks, checked: for each a small tree with a page that is true, and one that is not, whose miss must be told.

    self_test.py [self_test_pages.Quotes ...]
"""

import sys
import unittest

MODULES = ["self_test_pages", "self_test_runs", "self_test_builds"]

if __name__ == "__main__":
    unittest.main(module=None, argv=[sys.argv[0], *(sys.argv[1:] or MODULES)])
