"""Assignment two_layer_net, the variant in one piece: a two-layer net that knows how to train and to predict."""

# ruff: noqa: NPY002 - as CS231n's, it draws from NumPy's global generator
import numpy as np


class TwoLayerNet:
    """A net with one hidden layer of rectified linear units and a softmax loss.

    Its parameters are in the dict self.params: W1 (input_size, hidden_size), b1 (hidden_size,),
    W2 (hidden_size, output_size), b2 (output_size,).
    """

    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {}
        # TODO (q4): weights from a normal distribution with mean 0 and standard deviation std; biases 0.
        # BEGIN SOLUTION
        self.params["W1"] = std * np.random.randn(input_size, hidden_size)
        self.params["b1"] = np.zeros(hidden_size)
        self.params["W2"] = std * np.random.randn(hidden_size, output_size)
        self.params["b2"] = np.zeros(output_size)
        # END SOLUTION

    def loss(self, X, y=None, reg=0.0):
        """Scores without labels; loss and gradients with them.

        X has shape (N, D), y has shape (N,).

        Without y: returns the scores, shape (N, C). With y: returns (loss, grads), where grads has the keys of
        self.params and the loss has the term reg * (sum of all squared weights), without ½; biases are left out.
        """
        scores = None
        # TODO (q4): the forward pass: affine, ReLU, affine. Nothing comes after the second affine layer.
        # You may write it out or call the functions of layers.py.
        # BEGIN SOLUTION
        W1, b1, W2, b2 = (self.params[name] for name in ("W1", "b1", "W2", "b2"))
        hidden = np.maximum(X @ W1 + b1, 0)
        scores = hidden @ W2 + b2
        # END SOLUTION
        if y is None:
            return scores
        loss, grads = 0.0, {}
        # TODO (q4): the loss, averaged over the samples, then the gradients from the top of the net down to W1.
        # BEGIN SOLUTION
        rows = np.arange(X.shape[0])
        shifted = scores - scores.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        loss = -log_p[rows, y].mean() + reg * (np.sum(W1**2) + np.sum(W2**2))
        dscores = np.exp(log_p)
        dscores[rows, y] -= 1
        dscores /= X.shape[0]
        grads["W2"] = hidden.T @ dscores + 2 * reg * W2
        grads["b2"] = dscores.sum(axis=0)
        dhidden = (dscores @ W2.T) * (hidden > 0)
        grads["W1"] = X.T @ dhidden + 2 * reg * W1
        grads["b1"] = dhidden.sum(axis=0)
        # END SOLUTION
        return loss, grads

    def train(
        self,
        X,
        y,
        X_val,
        y_val,
        learning_rate=1e-3,
        learning_rate_decay=0.95,
        reg=5e-6,
        num_iters=100,
        batch_size=200,
        verbose=False,
    ):
        """Train by stochastic gradient descent; the learning rate falls by a factor after each epoch.

        X has shape (N, D), y has shape (N,); X_val and y_val are looked at once an epoch.

        Returns a dict of lists: loss_history (one entry an iteration), train_acc_history and val_acc_history (one entry
        an epoch).
        """
        num_train = X.shape[0]
        iterations_per_epoch = max(num_train // batch_size, 1)
        loss_history, train_acc_history, val_acc_history = [], [], []
        for it in range(num_iters):
            X_batch, y_batch = None, None
            # TODO (q5): draw batch_size samples at random, with or without replacement; a label goes with its row.
            # BEGIN SOLUTION
            rows = np.random.choice(num_train, batch_size)
            X_batch, y_batch = X[rows], y[rows]
            # END SOLUTION
            loss, grads = self.loss(X_batch, y=y_batch, reg=reg)
            loss_history.append(loss)
            # TODO (q5): one step of gradient descent for each of the parameters.
            # BEGIN SOLUTION
            for name in self.params:
                self.params[name] -= learning_rate * grads[name]
            # END SOLUTION
            if verbose and it % 100 == 0:
                print(f"iteration {it} of {num_iters}: loss {loss:.4f}")
            if it % iterations_per_epoch == 0:
                train_acc_history.append(np.mean(self.predict(X_batch) == y_batch))
                val_acc_history.append(np.mean(self.predict(X_val) == y_val))
                learning_rate *= learning_rate_decay
        return {
            "loss_history": loss_history,
            "train_acc_history": train_acc_history,
            "val_acc_history": val_acc_history,
        }

    def predict(self, X):
        """Labels, shape (N,): for each row of X the class with the highest score."""
        y_pred = None
        # TODO (q5): self.loss without labels returns scores.
        # BEGIN SOLUTION
        y_pred = self.loss(X).argmax(axis=1)
        # END SOLUTION
        return y_pred
