"""Pages load no script that they do not need, none of a third-party host, and wait for none."""

from __future__ import annotations

#: The last marks words of an address that Sphinx's own search writes.
UNUSED = ("sphinx-thebe", "thebe", "translations.js", "sphinx_comments", "sphinx_highlight")


def trim_scripts(app, pagename, templatename, context, doctree):
    """Drop unused and repeated scripts; let the others wait for the page."""
    seen, kept = set(), []
    for script in context.get("script_files", []):
        name, attributes = str(getattr(script, "filename", "") or ""), getattr(script, "attributes", {})
        body = attributes.get("body", "")
        if any(word in name for word in UNUSED) or "THEBE_JS_URL" in body or (body and body in seen):
            continue
        seen.add(body)
        if name and "documentation_options" not in name:
            attributes["defer"] = "defer"
        kept.append(script)
    context["script_files"] = kept
    context["css_files"] = [c for c in context.get("css_files", []) if "thebe" not in str(getattr(c, "filename", c))]


def setup(app):
    app.connect("html-page-context", trim_scripts, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
