"""An assignment from its folder to a class's grades.

assignment  finds the assignments and grades one submission
submission  what was handed in: a folder, an archive, a module or a notebook, taken apart without running it
gather      does that, in a process of its own with limits, from the standard library alone
cells       a notebook's code as Python
sameness    what statements look like when names and numbers do not count
copies      equal work
grades      what one submission earned, as it is kept and reported
classroom   a whole class
report      grades as a table, as pages, as a CSV file
release     student and autograder zips, working copies
zips        the student zips of all assignments, in parallel, made anew only where something changed
selftest    wrong answers, by which the judges are tested
acceptance  what solutions obtain on real pictures
commands    behind `python -m grading`
"""
