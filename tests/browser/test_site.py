"""What a reader meets: every page in light and dark, wide and narrow, and the things on it that move."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from book.order import ROOT, documents, notebooks

PAGES = [f"{document}.html" for document in documents()]
CHAPTERS = [notebook.with_suffix(".html").as_posix() for notebook in notebooks()]
SPECIAL = ["search.html", "genindex.html", "404.html"]
HEAVIEST_PAGE = 260_000  # bytes over the wire, everything counted, nothing cached
AXE = ROOT / "website/node_modules/axe-core/axe.min.js"


@pytest.mark.parametrize("path", PAGES + SPECIAL)
def test_page_loads_without_error_and_without_third_parties(open_page, address, path):
    page = open_page(path)
    assert page.problems == []
    strangers = [url for url in page.requested if not url.startswith((address, "data:", "blob:"))]
    assert strangers == []


@pytest.mark.parametrize("path", PAGES)
def test_phone_needs_no_sideways_scrolling(open_page, path):
    page = open_page(path, width=390, height=844)
    too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert too_wide <= 0, f"{path} is {too_wide} px wider than a phone"


@pytest.mark.parametrize("path", [*CHAPTERS, "index.html"])
def test_page_weight(browser, address, path):
    context = browser.new_context()
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    sizes = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(f"{address}/{path}")
    page.wait_for_load_state("networkidle")
    context.close()
    assert len(sizes) > 3
    assert sum(sizes) < HEAVIEST_PAGE, f"{path} weighs {sum(sizes) / 1000:.0f} kB"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_accessibility(open_page, path, scheme):
    page = open_page(path, scheme=scheme)
    page.add_style_tag(content="* { animation: none !important; transition: none !important }")  # colours at rest
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa']})")
    serious = [
        f"{violation['id']}: {node['html'][:160]}" for violation in found["violations"] for node in violation["nodes"]
    ]
    assert serious == [], f"{path} ({scheme})"


@pytest.mark.parametrize("path", CHAPTERS)
def test_every_equation_has_its_tick_and_the_tick_leads_to_the_check(open_page, path):
    page = open_page(path)
    equations = page.locator("div.eer-equation")
    assert equations.count() > 0
    assert page.locator("div.eer-equation:not(:has(a.eer-checked))").count() == 0
    targets = page.eval_on_selector_all("a.eer-checked", "links => links.map(a => a.getAttribute('href').slice(1))")
    missing = page.evaluate("ids => ids.filter(id => !document.getElementById(id))", targets)
    assert missing == []
    back = page.eval_on_selector_all("a.eer-eq", "links => links.map(a => a.getAttribute('href').slice(1))")
    assert page.evaluate("ids => ids.filter(id => !document.getElementById(id))", back) == []
    labels = page.locator("a.eer-eq").all_text_contents()
    assert all(label.startswith("Equation (") for label in labels), labels


@pytest.mark.parametrize("path", CHAPTERS)
def test_mathematics_is_set(open_page, path):
    page = open_page(path)
    assert page.locator(".katex").count() > 20
    assert page.locator(".katex-error").count() == 0
    unset = page.evaluate(
        "[...document.querySelectorAll('.math, figcaption')]"
        r".filter(e => !e.querySelector('.katex') && /[$\\]/.test(e.textContent)).length"
    )
    assert unset == 0


@pytest.mark.parametrize("path", CHAPTERS)
def test_figures_have_alternatives_and_follow_the_theme(open_page, path):
    drawn = {}
    for scheme in ("light", "dark"):
        page = open_page(path, scheme=scheme)
        assert page.locator(".cell_output img:not(figure.eer-figure img)").count() == 0, "a figure not shown by show()"
        images = page.locator("figure.eer-figure img:visible")
        assert images.count() > 0
        images.evaluate_all("all => Promise.all(all.map(i => { i.loading = 'eager'; return i.decode(); }))")
        facts = images.evaluate_all("all => all.map(i => [i.className, i.alt, i.naturalWidth, i.src])")
        for kind, alt, width, _ in facts:
            assert kind == f"only-{scheme}"
            assert len(alt.split()) >= 4
            assert width > 0, "the drawing did not load"
        drawn[scheme] = {source for *_, source in facts}
    assert not drawn["light"] & drawn["dark"]
    assert len(drawn["light"]) == len(drawn["dark"])


@pytest.mark.parametrize("path", CHAPTERS)
def test_solutions_are_folded_and_open(open_page, path):
    page = open_page(path)
    solutions = page.locator("div.solution.dropdown")
    assert solutions.count() >= 3
    body = solutions.first.locator("section").first
    assert not body.is_visible()
    solutions.first.locator("button, .admonition-title").first.click()
    assert body.is_visible()


def test_slider_works_without_a_kernel(open_page):
    tried = 0
    for path in CHAPTERS:
        page = open_page(path)
        for slider in page.locator(".eer-frames").all():
            frames, control = slider.locator(".eer-frame"), slider.locator("input[type=range]")
            shown = [frame.is_visible() for frame in frames.all()]
            assert shown == [True] + [False] * (len(shown) - 1)
            control.focus()
            page.keyboard.press("ArrowRight")
            shown = [frame.is_visible() for frame in frames.all()]
            assert shown == [False, True] + [False] * (len(shown) - 2)
            assert slider.locator("output").inner_text() == frames.nth(1).get_attribute("data-label")
            tried += 1
    assert tried > 0


def test_theme_button_changes_the_page(open_page):
    page = open_page("index.html")
    look = "[document.documentElement.dataset.theme, getComputedStyle(document.body).backgroundColor]"
    seen = {tuple(page.evaluate(look))}
    for _ in range(3):
        page.locator("button.theme-switch-button:visible").first.click()
        seen.add(tuple(page.evaluate(look)))
    assert {theme for theme, _ in seen} >= {"light", "dark"}
    assert len({colour for _, colour in seen}) == 2


def test_search_finds_a_chapter(open_page):
    page = open_page("search.html?q=rayleigh")
    page.wait_for_selector("ul.search li a")
    links = page.locator("ul.search li a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert any("rayleigh_quotient" in link for link in links)


def test_front_page_numbers_are_counted(open_page):
    page = open_page("index.html")
    numbers = [int(text.replace(",", "")) for text in page.locator(".eer-live").all_inner_texts()]
    assert len(numbers) == 4
    assert len(CHAPTERS) in numbers
    assert all(number > 0 for number in numbers)


@pytest.mark.parametrize("path", CHAPTERS)
def test_download_is_the_executed_notebook(open_page, site, path):
    page = open_page(path)
    link = page.locator(".eer-facts a").first
    target = (site / path).parent / link.get_attribute("href")
    nb = nbformat.read(target, as_version=4)
    code = [cell for cell in nb.cells if cell.cell_type == "code" and cell.source.strip()]
    assert all(cell.execution_count for cell in code)
    assert any(cell.outputs for cell in code)
    assert Path(path).stem in target.name
