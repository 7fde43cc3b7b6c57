"""Grading of assignments: code of a stranger runs in a box, and what it returns is judged outside.

wire        values that cross the wall of the box: numbers, text, arrays; nothing that could run
runner      inside the box: loads the submission, calls what it is told to, returns what comes out
compat      stand-ins for the CS231n package that existing solutions import, in the box and in a notebook
sandbox     the wall: bubblewrap or plain resource limits
session     outside: calls functions of the submission, with limits on time, memory and output
submission  what was handed in: a folder, a zip, a module or a notebook, taken apart without running it
marking     questions, their parts and points, hints, and what a submission earned
assignment  finds the assignments and grades one submission
report      points and hints as a table, as a page
notebook    the grader in a learner's notebook
selftest    wrong answers, by which the judges are tested
release     student and autograder zips, working copies
classroom   a whole class
"""
