"""python -m book.rules [NOTEBOOK …]: what is broken, with file, cell and remedy."""

import sys

from book.rules import main

sys.exit(main(sys.argv[1:]))
