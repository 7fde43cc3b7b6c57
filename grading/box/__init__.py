"""What runs a submission.

sandbox  the box: bubblewrap or plain resource limits
walls    the command that makes a box of bubblewrap, the best that the machine has
groups   control groups of Linux: what a box may use in all
session  outside: calls functions of the submission, with limits on time, memory and output
runner   inside: loads the submission, calls what it is told to, returns what comes out
wire     values that cross the wall: numbers, text, arrays; nothing that could run
compat   stand-ins for the CS231n package that existing solutions import, in the box and in a notebook
"""
