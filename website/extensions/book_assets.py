"""The book's own stylesheet and templates, kept in website/, and what depends on the book's public address."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import yaml

WEBSITE = Path(__file__).resolve().parent.parent


def repository(config_file: Path = WEBSITE.parent / "_config.yml") -> str | None:
    """owner/name of the book's GitHub repository, or None while `_config.yml` does not name it.

    Raises
    ------
    ValueError
        The address is there but is not one of a GitHub repository.
    """
    url = (yaml.safe_load(config_file.read_text("utf-8")).get("repository") or {}).get("url") or ""
    match = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)/?", url)
    if url and not match:
        raise ValueError(f"_config.yml: repository.url must look like https://github.com/OWNER/NAME, found {url!r}")
    return match[1] if match else None


def configure(app, config):
    config.templates_path = [*config.templates_path, str(WEBSITE / "templates")]
    config.html_static_path = [*config.html_static_path, str(WEBSITE / "static")]
    name = repository()
    for button in ("use_repository_button", "use_issues_button"):
        config.html_theme_options[button] = name is not None
    if name is not None:
        owner, project = name.split("/")
        config.html_baseurl = config.html_baseurl or f"https://{owner.lower()}.github.io/{project}/"
        config.ogp_site_url = config.html_baseurl
        config.sitemap_url_scheme = "{link}"


def website_state() -> str:
    """Hash of what makes pages look as they do; when it changes, every page is written again."""
    digest = hashlib.sha256()
    folders = ("extensions", "static", "templates", "demos")
    files = [path for folder in folders for path in WEBSITE.glob(f"{folder}/**/*.*") if "__pycache__" not in path.parts]
    for path in sorted([*files, *WEBSITE.glob("*.mjs")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def setup(app):
    app.add_config_value("eer_website_state", website_state(), "env")
    app.connect("config-inited", configure, priority=900)
    app.add_css_file("book.css", priority=900)
    app.add_js_file("book.js", priority=900)
    if repository() is not None:
        app.setup_extension("sphinx_sitemap")  # a site map needs absolute addresses
    return {"parallel_read_safe": True, "parallel_write_safe": True}
