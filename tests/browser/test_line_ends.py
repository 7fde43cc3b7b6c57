"""On a phone, no line begins with what belongs to a formula before it, and no number is split."""

from __future__ import annotations

CHAPTER = "chapters/foundations/matrix_calculus.html"

#: How many formulas are followed by punctuation and how many numbers have an exponent; those that a line ends in.
LINE_ENDS = r"""() => {
  document.querySelectorAll('details').forEach((details) => (details.open = true));
  const article = document.querySelector('.bd-article');
  const texts = () => document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  const lines = (text, from, to) => {
    const range = document.createRange();
    range.setStart(text, from);
    range.setEnd(text, to);
    return [...range.getClientRects()];
  };
  const found = { followed: 0, numbers: 0, broken: [], inner: 0 };
  for (const formula of article.querySelectorAll('span.math')) {
    const after = texts();
    after.currentNode = formula;
    let text = after.nextNode();
    while (text && formula.contains(text)) text = after.nextNode();
    const parts = [...formula.querySelectorAll('.base')].map((part) => part.getBoundingClientRect());
    if (!text || !/^[,.;:!?)]/.test(text.data) || !parts.length || !parts[0].width) continue;
    const [mark] = lines(text, 0, 1);
    if (!mark || text.parentElement.closest('p, li, td, dd') !== formula.closest('p, li, td, dd')) continue;
    const last = parts.at(-1);
    found.followed += 1;
    if (mark.left < last.left && mark.top > last.top) found.broken.push(formula.textContent + text.data.slice(0, 9));
    found.inner += parts[0].bottom - 2 < last.top;
  }
  const all = texts();
  for (let text = all.nextNode(); text; text = all.nextNode()) {
    if (text.parentElement.closest('pre, script, style, .katex')) continue;
    for (const { 0: number, index } of text.data.matchAll(/\d[\d.]*e-\d+/g)) {
      const places = lines(text, index, index + number.length);
      found.numbers += places.length > 0;
      if (places.some(({ top }) => top > places[0].top + 2)) found.broken.push(number);
    }
  }
  return found;
}"""


def test_lines_end_where_they_may(visit):
    found = visit(CHAPTER, width=390).page.evaluate(LINE_ENDS)
    assert found["followed"] > 100
    assert found["numbers"] > 40
    assert found["broken"] == []
    assert found["inner"] > 0, "long formulas are broken into lines themselves"
