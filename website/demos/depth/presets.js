// Situations that the text refers to. `gain` is the standard deviation of the weights in units of 1/√m: 1 is Xavier's
// choice, √2 He's; `at` is the layer that is looked at.

export const TITLES = {
  right: "Tanh, weights of the right size",
  small: "Tanh, half of that",
  large: "Tanh, three times that",
  xavier: "ReLU, Xavier's weights",
  he: "ReLU, He's weights",
  sigmoid: "Sigmoid, Xavier's weights",
  batch: "ReLU, weights too large, batch normalisation",
  layer: "ReLU, weights too large, layer normalisation",
};

export const presets = {
  right: "f=tanh&gain=1&depth=30",
  small: "f=tanh&gain=0.5&depth=30",
  large: "f=tanh&gain=3&depth=30",
  xavier: "f=relu&gain=1&depth=30",
  he: "f=relu&gain=1.414&depth=30",
  sigmoid: "f=sigmoid&gain=1&depth=30",
  batch: "f=relu&gain=3&depth=50&norm=batch",
  layer: "f=relu&gain=3&depth=50&norm=layer",
};
