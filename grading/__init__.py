"""Grading of assignments: code of a stranger runs in a box, and what it returns is judged outside.

Three rooms, of which each uses only those after it:

course   assignments, what is handed in, a class, reports, what people are given, the commands
judging  questions and their points, comparison with what is expected, judges that several assignments share
box      what runs a submission: the wall, the process behind it, the values that cross

and two doors: `__main__` for `python -m grading`, `notebook` for a learner's notebook.
"""

import sys

# Otter loads nbformat, which loads jsonschema, which loads this package if it is there: a second's work at each start,
# to know a format of addresses that no schema here asks for
sys.modules.setdefault("rfc3987_syntax", None)
