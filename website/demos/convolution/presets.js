// Situations that the text refers to: `x` is the input of the layer, `w` its kernel; in two dimensions both are tables of
// products of these numbers.

export const TITLES = {
  hand: "The matrix done by hand",
  back: "Its transpose",
  five: "Stride 2: two numbers become five",
  padded: "Padding, and a stride that skips the end",
  sizes: "Seven numbers, or eight?",
  board: "The picture of the beginning",
  four: "Size 4 with unequal weights",
  linear: "Weights that interpolate",
  holes: "Dilation 2",
  large: "A window larger than its input",
};

export const presets = {
  hand: "dim=1&kind=conv&x=1,0,2,1&w=1,2,3",
  back: "dim=1&kind=back&x=1,1&w=1,2,3",
  five: "dim=1&kind=back&x=1,1&w=1,2,3&s=2",
  padded: "dim=1&kind=conv&x=1,2,3,4,5,6,7,8&w=1,1,1&s=2&p=1",
  sizes: "dim=1&kind=back&x=1,2,3&w=1,1,1&s=2",
  board: "dim=2&kind=back&x=1,1,1,1,1,1,1&w=1,1,1&s=2",
  four: "dim=2&kind=back&x=1,1,1,1,1&w=1,2,3,4&s=2",
  linear: "dim=2&kind=back&x=1,1,1,1,1&w=0.25,0.75,0.75,0.25&s=2&p=1",
  holes: "dim=2&kind=conv&x=1,1,1,1,1,1,1&w=1,1,1&p=2&d=2",
  large: "dim=1&kind=conv&x=1,1,1,1&w=1,1,1&d=2",
};
