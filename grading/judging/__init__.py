"""What is asked, and how an answer is judged. Runs outside the box.

questions     questions, their parts and points, and what a submission earned
exam          one question put to one submission: what a judge works with
comparison    how two arrays differ, in words
causes        what lies behind exceptions that old solutions raise
expectations  results of the reference, or a record of them

Judges that several assignments share; an assignment's own stand in its `questions.py`:

linear_losses  loss and gradient of a linear classifier, what regularisation adds
descent        stochastic gradient descent: losses, batches, steps
prediction     labels from scores
selection      a search for hyper-parameters: accuracies, choice, the classifier that comes out
speed          as fast as array operations are, by processor time
draws          inputs in which every special case always is
pictures       sets of pictures on which trained classifiers are judged

A judge that a second assignment needs moves here, one subject a file; names, hints and tolerances become arguments.
"""
