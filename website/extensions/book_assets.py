"""The book's own stylesheet and templates, what depends on its address, and when pages are made again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

from website.common import WEBSITE, repository


def configure(app, config):
    config.templates_path = [str(WEBSITE / "templates"), *config.templates_path]  # before those of the theme
    config.html_static_path = [*config.html_static_path, str(WEBSITE / "static")]
    name = repository()
    for button in ("use_repository_button", "use_issues_button"):
        config.html_theme_options[button] = name is not None
    if name is not None:
        owner, project = name.split("/")
        config.html_baseurl = config.html_baseurl or f"https://{owner.lower()}.github.io/{project}/"
        config.ogp_site_url = config.html_baseurl
        config.notfound_urls_prefix = urlsplit(config.html_baseurl).path  # a page that is shown at any address
        config.sitemap_url_scheme = "{link}"


def code_state(*files: Path) -> str:
    """Hash of some files of code."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()


def what_pages_share(app, env):
    """Pages are written again when what they show of others changed: titles, places in the book, numbers, targets."""
    titles = {document: title.astext() for document, title in env.titles.items()}
    named = env.get_domain("std")
    targets = [named.labels, named.anonlabels, named.objects, env.get_domain("math").equations]
    shared = repr([sorted(part.items()) for part in (titles, env.toc_secnumbers, env.toc_fignumbers, *targets)])
    before, env.eer_shared = getattr(env, "eer_shared", None), hashlib.sha256(shared.encode()).hexdigest()
    return [] if before in (None, env.eer_shared) else list(env.found_docs)


def setup(app):
    root = WEBSITE.parent
    reading = [*WEBSITE.glob("extensions/*.py"), WEBSITE / "executed.py"]
    reading += [
        root / "utils/records.py",
        root / "utils/rendering.py",
        root / "book/chapter.py",
        root / "book/markdown.py",
    ]
    writing = [
        *WEBSITE.glob("finishing/*.py"),
        WEBSITE / "downloads.py",
        *WEBSITE.glob("*.mjs"),
        WEBSITE / "package-lock.json",
    ]
    app.add_config_value("eer_code", code_state(*reading), "env")  # when it changes, every page is read again
    app.add_config_value("eer_finishing", code_state(*writing), "html")  # when it changes, every page is written again
    app.connect("config-inited", configure, priority=900)
    app.connect("env-get-updated", what_pages_share, priority=900)
    app.add_css_file("book.css", priority=900)
    app.add_css_file("reading.css", priority=901)
    app.add_js_file("book.js", priority=900)
    app.add_js_file("scripts/reading.js", priority=901)
    app.add_js_file("scripts/page.js", priority=900)
    if repository() is not None:
        app.setup_extension("sphinx_sitemap")  # a site map needs absolute addresses
    return {"parallel_read_safe": True, "parallel_write_safe": True}
