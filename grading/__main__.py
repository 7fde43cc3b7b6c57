"""python -m grading: assignments are started, graded and released; `--help` lists the commands."""

import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before NumPy: judges run side by side, and threads would fight
from grading.course.commands import main

if __name__ == "__main__":
    sys.exit(main())
