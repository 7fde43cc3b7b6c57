// Situations that the text refers to. Variances and covariance are those of coordinates between −1 and 1.

export const TITLES = {
  hand: "The ellipse done by hand",
  slide: "Correlation 0.9",
  negative: "Correlation −0.6",
  round: "A circle",
  lost: "No covariance matrix",
};

export const presets = {
  hand: "a=0.1&b=0.04&c=0.04&k=2&at=0.3", // (5, 2, 2) by 50
  slide: "a=0.16&b=0.072&c=0.04&k=2&at=0.4",
  negative: "a=0.09&b=-0.045&c=0.0625&k=2&at=0.3",
  round: "a=0.09&b=0&c=0.09&k=2&at=0.3",
  lost: "a=0.09&b=0.12&c=0.09&k=2&at=0.3",
};
