"""Drawings, and the sliders that leaf through them."""

from __future__ import annotations

from tests.browser.visit import PATIENCE, UNFOLD, Visit

FEWEST_WORDS = 4  # of an alternative


def follow_the_theme(visit: Visit) -> list[str]:
    """Each drawing is there in the colours of the page, and its twin, which is another file, is not shown."""
    stray, drawings = visit.page.evaluate(
        """async (patience) => {
          const shown = (image) => image.getClientRects().length > 0;
          const figures = [...document.querySelectorAll('figure.eer-figure img')];
          const all = figures.filter((image) => !image.closest('.eer-frame[hidden]'));
          const failed = new Set();
          const late = new Promise((done) => setTimeout(done, 1000 * patience, 'late')); // one that never comes
          await Promise.all(all.filter(shown).map((image) => {
            image.loading = 'eager';
            return Promise.race([image.decode(), late])
              .then((said) => said === 'late' && failed.add(image), () => failed.add(image));
          }));
          return [document.querySelectorAll('.cell_output img:not(figure.eer-figure img)').length,
            all.map((i) => ({ kind: i.className, alt: i.alt, file: i.getAttribute('src'), shown: shown(i),
              failed: failed.has(i) || (shown(i) && !i.naturalWidth) }))];
        }""",
        PATIENCE,
    )
    mine, other = f"only-{visit.scheme}", f"only-{'dark' if visit.scheme == 'light' else 'light'}"
    files = {kind: [d["file"] for d in drawings if d["kind"] == kind] for kind in (mine, other)}
    problems = [f"{stray} figures not shown by show()"] if stray else []
    problems += [] if files[mine] else ["no figure"]
    astray = [d for d in drawings if d["shown"] != (d["kind"] == mine)]
    problems += [f"{d['file']} ({d['kind']}) on a page in {visit.scheme}" for d in astray]
    problems += [f"{d['file']} did not load" for d in drawings if d["failed"]]
    problems += [f"{d['file']}: alternative {d['alt']!r}" for d in drawings if len(d["alt"].split()) < FEWEST_WORDS]
    problems += [f"{file} serves both themes" for file in sorted(set(files[mine]) & set(files[other]))]
    if len(files[mine]) != len(files[other]):
        problems.append(f"{len(files[mine])} drawings in one theme, {len(files[other])} in the other")
    return problems


def sliders_work(visit: Visit) -> list[str]:
    """A slider shows its first frame, and with a key the second and its label; without a kernel. Leaves folds open."""
    visit.page.evaluate(UNFOLD)
    problems = []
    for number, slider in enumerate(visit.page.locator(".eer-frames").all(), 1):

        def state(slider=slider):
            return slider.evaluate(
                """(slider) => {
                  const frames = [...slider.querySelectorAll('.eer-frame')];
                  const shown = frames.map((frame) => frame.getClientRects().length > 0);
                  return [shown, slider.querySelector('output').textContent, frames[1]?.dataset.label];
                }"""
            )

        shown, *_ = state()
        if shown != [i == 0 for i in range(len(shown))]:
            problems.append(f"slider {number} does not start with its first frame alone: {shown}")
        slider.locator("input[type=range]").focus()
        visit.page.keyboard.press("ArrowRight")
        shown, said, label = state()
        if shown != [i == 1 for i in range(len(shown))]:
            problems.append(f"slider {number} does not show its second frame alone after a key: {shown}")
        if said != label:
            problems.append(f"slider {number} says {said!r} at the frame {label!r}")
    return problems
