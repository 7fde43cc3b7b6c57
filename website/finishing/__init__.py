"""What happens to the site after Sphinx has written pages: the book's own files, one stylesheet, only letters in use.

The theme of Jupyter Book 1 sends about 770 kB a page: ten stylesheets, icon fonts twice (as fonts and as a script), the
search index, and the launcher of a service that this book does not use. A page is finished once after it was written;
what it names is remembered, so that stylesheets and fonts are cut to what all pages need without reading them again.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from utils.files import write_atomically
from website.kept import KEPT

MEMORY = "pages.json"


def finish(site: Path) -> None:
    """Finish the pages under `site` that are new, and what all of them share."""
    from concurrent.futures import ProcessPoolExecutor  # here, because most builds only ask `is_finished`

    from website.finishing import assets, fonts, pages, search, stylesheets

    known, static = recall(site), site / "_static"
    found = {page.relative_to(site).as_posix(): page for page in sorted(site.rglob("*.html"))}
    found = {name: page for name, page in found.items() if not name.startswith("_static/")}
    new = [name for name, page in found.items() if name not in known or known[name]["stamp"] != stamp(page)]
    work, offer = partial(pages.finish, site), partial(pages.offer, site)
    if len(new) < 4:
        finished = list(map(work, new))
        list(map(offer, new))
    else:
        with ProcessPoolExecutor() as pool:
            offered = pool.map(offer, new)
            finished = list(pool.map(work, new))
            list(offered)  # says what went wrong
    facts = {name: known.get(name) for name in found} | dict(zip(new, finished, strict=True))
    assets.put(static)
    search.put(static, {name: page["units"] for name, page in facts.items()})
    loaded = {script for page in facts.values() for script in page["scripts"]}
    loaded |= {later for script in loaded for later in assets.LOADS.get(script, [])}
    scripts = "\n".join(
        (static / script).read_text("utf-8", errors="ignore")
        for script in sorted(loaded)
        if (static / script).is_file()
    )
    bundles = stylesheets.bundle(static, facts.values(), scripts)
    css = "".join((static / name).read_text("utf-8") for name in bundles.values())
    fonts.subset_icons(static, css, {icon for page in facts.values() for icon in page["icons"]}, scripts)
    fonts.subset_mathematics(static, [page["mathematics"] for page in facts.values()])
    versions = assets.versions(static)
    for name, page in facts.items():
        wanted = {script: versions[script] for script in page["scripts"] if script in versions}
        links = [bundles.get(tuple(page["stylesheets"])), wanted]
        if page.get("links") != links:
            pages.link(found[name], *links)
            page |= {"links": links, "stamp": stamp(found[name])}
    (site / ".nojekyll").touch()
    remember(site, facts)


def is_finished(site: Path) -> bool:
    """Whether the pages under `site` are as they were left."""
    known = recall(site)
    return bool(known) and all(
        (site / name).is_file() and facts["stamp"] == stamp(site / name) for name, facts in known.items()
    )


def stamp(page: Path) -> list[int]:
    """What changes when a page is written."""
    state = page.stat()
    return [state.st_mtime_ns, state.st_size]


def recall(site: Path) -> dict[str, dict]:
    """What is known of finished pages."""
    try:
        return json.loads((site.parent / KEPT / MEMORY).read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def remember(site: Path, facts: dict[str, dict]) -> None:
    path = site.parent / KEPT / MEMORY
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(facts))
