"""What lies behind an exception that many old solutions raise, in words that quote nothing of the submission."""

from __future__ import annotations

import re

from grading.box.session import SubmissionError

__all__ = ["cause_of"]

PYTHON_2 = "this is Python 2; run 2to3 -w on the file"
DIVISION = "in Python 3 / gives a float, also for whole numbers: write // where a size or an index is meant"
#: Type of the exception, what its message looks like, and the cause.
KNOWN = (
    ("SyntaxError", r"Missing parentheses in call to '(?:print|exec)'", PYTHON_2),
    ("SyntaxError", r"multiple exception types must be parenthesized", PYTHON_2),
    ("TabError", r"", f"tabs and blanks are mixed, which Python 2 took; {PYTHON_2}"),
    ("NameError", r"'(?:xrange|raw_input|unicode|basestring|unichr|reduce|long)'", PYTHON_2),
    ("ModuleNotFoundError", r"'(?:cPickle|urllib2|Queue|StringIO|itertools\.izip)'", PYTHON_2),
    ("AttributeError", r"'dict' object has no attribute '(?:iteritems|itervalues|iterkeys|has_key)'", PYTHON_2),
    ("TypeError", r"slice indices must be integers", DIVISION),
    ("TypeError", r"'(?:numpy\.)?float(?:64)?' object cannot be interpreted as an integer", DIVISION),
    ("IndexError", r"only integers, slices", DIVISION),
    (
        "AttributeError",
        r"module 'numpy' has no attribute '(?:float|int|bool|object|complex|str|long)'",
        "np.float, np.int and np.bool are gone from NumPy: write float, int and bool",
    ),
    (
        "AttributeError",
        r"(?:module 'numpy' has no attribute|was removed in the NumPy 2)",
        "this name is gone from NumPy 2; its documentation says what takes its place",
    ),
    ("ImportError", r"scipy\.misc", "scipy.misc is gone: logsumexp is in scipy.special, imread in imageio"),
    ("ModuleNotFoundError", r"scipy\.misc", "scipy.misc is gone: logsumexp is in scipy.special, imread in imageio"),
    ("AttributeError", r"scipy\.misc", "scipy.misc is gone: logsumexp is in scipy.special, imread in imageio"),
    ("TypeError", r"unexpected keyword argument 'newshape'", "np.reshape calls this argument shape now"),
)


def cause_of(problem: SubmissionError) -> str:
    """The cause of a known problem, else ""."""
    return next((text for kind, words, text in KNOWN if kind == problem.type and re.search(words, problem.message)), "")
