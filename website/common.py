"""What the parts of the website share: where it lies, its demos, the book's address."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

WEBSITE = Path(__file__).resolve().parent
DEMOS = sorted(path.parent.name for path in WEBSITE.glob("demos/*/element.js"))


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
