"""What students type, and the page or section that answers it. Written down before the search was tuned."""

from __future__ import annotations

#: The first result of a query is this page, or this section of it.
ANSWERS = {
    "softmax gradient": "chapters/networks/softmax_regression.html#the-gradient-twice",
    "hinge loss": "chapters/classical/linear_classifiers.html#how-wrong-the-hinge-loss",
    "svm": "chapters/classical/svm.html",
    "knn": "chapters/classical/knn.html",
    "k-means": "chapters/classical/kmeans.html",
    "kmeans": "chapters/classical/kmeans.html",
    "shape mismatch": "chapters/foundations/broadcasting.html",
    "why does gan saturate": "chapters/generative/gan.html",
    "eigenvalues of a symmetric matrix": "chapters/foundations/symmetric_matrices.html",
    "batchnorm": "chapters/networks/initialization_and_normalization.html",
    "reparameterization trick": "chapters/generative/vae.html",
    "cuda out of memory": "chapters/practice/pytorch_memory.html",
}
#: Kept from tuning until all of the above were right. Five were answered then; the others showed that several words
#: need to be known as one term, and that a title with one of two words says more than a bibliography with both.
AFTERWARDS = {
    "confusion matrix": "chapters/evaluation/classification_metrics.html",
    "viterbi": "chapters/classical/hmm.html",
    "undo a commit": "chapters/practice/git.html",
    "learning rate warmup": "chapters/networks/batch_size_and_learning_rate.html",
    "lagrange multipliers": "chapters/foundations/lagrange_duality.html",
    "kl divergence between two gaussians": "chapters/foundations/gaussian_kl.html",
    "checkerboard artifacts": "chapters/networks/transposed_convolution.html",
    "lasso": "chapters/classical/regularization.html",
}
#: Written after that, and for these nothing was tuned.
UNSEEN = {
    "momentum": "chapters/networks/optimizers.html",
    "roc curve": "chapters/evaluation/classification_metrics.html",
    "baum welch": "chapters/classical/hmm.html",
    "xavier initialization": "chapters/networks/initialization_and_normalization.html",
    "information gain": "chapters/classical/decision_tree.html",
    "merge conflict": "chapters/practice/git.html",
    "posterior collapse": "chapters/generative/vae.html",
    "earth mover distance": "chapters/generative/wgan.html",
}


def answers(address: str, wanted: str) -> bool:
    """Whether a result leads to the page or section that is wanted; any place of a page that is wanted as a whole."""
    return address == wanted if "#" in wanted else address.partition("#")[0] == wanted
