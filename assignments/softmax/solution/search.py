"""Assignment softmax: learning rate and strength of regularisation, by random search on the validation set."""

import numpy as np
from linear_classifier import Softmax

# TODO (q6): put the ranges that you found in the notebook in the place of these, which lie far off. They are for
# pictures of 32 × 32 pixels with values 0 … 255, the mean picture subtracted. All runs together: at most 3000 steps.
LEARNING_RATES = (1e-11, 1e-10)  # lowest, highest
REGS = (1.0, 10.0)  # lowest, highest
NUM_SETTINGS, NUM_ITERS = 2, 10
# BEGIN SOLUTION
LEARNING_RATES = (1e-6, 3e-6)
REGS = (1e3, 6e3)
NUM_SETTINGS, NUM_ITERS = 5, 200
# END SOLUTION


def sample_settings(num, learning_rates, regs, seed=0):
    """Draw num pairs (learning_rate, reg), at random and independently of one another.

    learning_rates and regs are pairs (lowest, highest). Each value is drawn such that its logarithm is uniformly
    distributed: between 1e-7 and 1e-6 lie as many as between 1e-6 and 1e-5. One seed gives one list.

    Returns a list of num pairs.
    """
    rng = np.random.default_rng(seed)
    settings = []
    # TODO (q6): fill the list, drawing from rng.
    # BEGIN SOLUTION
    for _ in range(num):
        rate, reg = (np.exp(rng.uniform(np.log(low), np.log(high))) for low, high in (learning_rates, regs))
        settings.append((rate, reg))
    # END SOLUTION
    return settings


def random_search(X_train, y_train, X_val, y_val, settings, num_iters=100, progress=list):
    """Train one Softmax for each pair (learning_rate, reg) of settings.

    All arguments of Softmax.train that are not named here keep their defaults. progress wraps the list of pairs and
    may show how far the search is, as tqdm does.

    Returns
    -------
    results : dict
        For each pair (learning_rate, reg) the pair (accuracy on the training set, accuracy on the validation set).
    best : Softmax
        The trained classifier with the highest accuracy on the validation set; the first of several.
    """
    results, best = {}, None
    for learning_rate, reg in progress(settings):
        # TODO (q6): train a classifier with this pair, note its two accuracies, and keep it if it is the best so far.
        # BEGIN SOLUTION
        softmax = Softmax()
        softmax.train(X_train, y_train, learning_rate=learning_rate, reg=reg, num_iters=num_iters)
        accuracies = np.mean(softmax.predict(X_train) == y_train), np.mean(softmax.predict(X_val) == y_val)
        if best is None or accuracies[1] > max(validation for _, validation in results.values()):
            best = softmax
        results[learning_rate, reg] = accuracies
        # END SOLUTION
    return results, best


def best_classifier(X_train, y_train, X_val, y_val):
    """The classifier that you would hand in: the best of your search."""
    settings = sample_settings(NUM_SETTINGS, LEARNING_RATES, REGS)
    _, best = random_search(X_train, y_train, X_val, y_val, settings, NUM_ITERS)
    return best
