// What else people type for something that the book calls by another name. The first of a line is what all of them
// become, in pages and in what is typed; hyphens, plurals and British spelling need no line (words.mjs).
export const SYNONYMS = [
  ["knn", "k nn", "k nearest neighbours", "k nearest neighbour", "nearest neighbours", "nearest neighbour"],
  ["kmeans", "k means", "lloyd's algorithm", "lloyd's method"],
  ["svm", "svc", "support vector machine", "support vector classifier"],
  ["pca", "principal component analysis", "principal components"],
  ["lda", "linear discriminant analysis"],
  ["em", "expectation maximisation"],
  ["gmm", "mixture of gaussians", "gaussian mixture"],
  ["hmm", "hidden markov model"],
  ["ga", "genetic algorithm"],
  ["kl", "kullback leibler", "kl divergence"],
  ["elbo", "evidence lower bound", "variational lower bound"],
  ["vae", "variational autoencoder"],
  ["gan", "generative adversarial network"],
  ["wgan", "wasserstein gan"],
  ["fid", "frechet inception distance"],
  ["mle", "maximum likelihood"],
  ["svd", "singular value decomposition"],
  ["qp", "quadratic program"],
  ["sgd", "stochastic gradient descent"],
  ["lr", "learning rate", "step size"],
  ["mlp", "multilayer perceptron", "two layer network", "two layer net"],
  ["cnn", "convolutional network", "convolutional neural network"],
  ["bn", "batchnorm", "batch norm", "batch normalisation"],
  ["layernorm", "layer norm", "layer normalisation"],
  ["deconvolution", "deconv", "transposed convolution"],
  ["mse", "mean squared error", "squared error"],
  ["backprop", "backpropagation"],
  ["oom", "out of memory"],
  ["reparameterisation", "reparametrisation", "reparametrization", "pathwise estimator"],
  ["tfboard", "tensor board", "tensorboard"],
  ["regex", "regular expression"],
];

// One way only: who types the first may mean the others too, which the book says in its own words.
export const MEANT = {
  mismatch: ["incompatible", "compatible", "broadcasting"],
  unstable: ["overflow"],
  oom: ["memory"],
};
