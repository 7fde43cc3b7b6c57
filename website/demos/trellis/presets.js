// Situations that the text refers to. Rows of A are separated by semicolons, `red` is the probability of red in each
// box, and the balls are letters.

export const TITLES = {
  boxes: "Three boxes, three balls",
  stay: "Boxes that are seldom left",
  states: "Best states that are no path",
  never: "Balls that cannot come",
};

export const presets = {
  boxes: "pi=0.2,0.4,0.4&A=0.5,0.2,0.3;0.3,0.5,0.2;0.2,0.3,0.5&red=0.5,0.4,0.7&o=rwr&show=forward",
  stay: "pi=0.4,0.3,0.3&A=0.9,0.05,0.05;0.05,0.9,0.05;0.05,0.05,0.9&red=0.9,0.5,0.1&o=rrwrwww&show=posterior",
  states: "pi=0.4,0.3,0.3&A=1,0,0;0,0,1;0,0,1&red=1,1,1&o=rr&show=posterior",
  never: "pi=1,0,0&A=0.5,0.5,0;0,0.5,0.5;0,0,1&red=1,0,0&o=rwwr&show=forward",
};
