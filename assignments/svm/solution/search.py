"""Assignment svm: learning rate and strength of regularisation, chosen on the validation set."""

import numpy as np
from linear_classifier import LinearSVM

# TODO (q6): put the lists that you found in the notebook in the place of these, which are far too small. They are for
# pictures of 32 × 32 pixels with values 0 … 255, the mean picture subtracted. All runs together: at most 3000 steps.
LEARNING_RATES = [1e-10]
REGS = [1.0]
NUM_ITERS = 10
# BEGIN SOLUTION
LEARNING_RATES = [2e-7, 5e-7]
REGS = [1e4, 3e4]
NUM_ITERS = 150
# END SOLUTION


def grid_search(X_train, y_train, X_val, y_val, learning_rates, regs, num_iters=100, progress=list):
    """Train one LinearSVM for each pair of a learning rate and a strength of regularisation.

    All arguments of LinearSVM.train that are not named here keep their defaults. progress wraps the list of pairs and
    may show how far the search is, as tqdm does.

    Returns
    -------
    results : dict
        For each pair (learning_rate, reg) the pair (accuracy on the training set, accuracy on the validation set).
    best : LinearSVM
        The trained classifier with the highest accuracy on the validation set; the first of several.
    """
    results, best = {}, None
    for learning_rate, reg in progress([(rate, strength) for rate in learning_rates for strength in regs]):
        # TODO (q6): train a classifier with this pair, note its two accuracies, and keep it if it is the best so far.
        # BEGIN SOLUTION
        svm = LinearSVM()
        svm.train(X_train, y_train, learning_rate=learning_rate, reg=reg, num_iters=num_iters)
        accuracies = np.mean(svm.predict(X_train) == y_train), np.mean(svm.predict(X_val) == y_val)
        if best is None or accuracies[1] > max(validation for _, validation in results.values()):
            best = svm
        results[learning_rate, reg] = accuracies
        # END SOLUTION
    return results, best


def best_classifier(X_train, y_train, X_val, y_val):
    """The classifier that you would hand in: the best of your grid."""
    _, best = grid_search(X_train, y_train, X_val, y_val, LEARNING_RATES, REGS, NUM_ITERS)
    return best
