"""Renew constraints.txt: the newest versions that satisfy requirements.txt, for every Python from 3.11 on.

python -m tools.lock
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        program = Path(folder) / "bin"
        subprocess.run([program / "python", "-m", "pip", "install", "-q", "uv"], check=True)
        options = ["--universal", "--python-version", "3.11", "--upgrade", "--no-annotate", "--no-header", "-q"]
        command = [program / "uv", "pip", "compile", "requirements.txt", *options, "-o", "constraints.txt"]
        return subprocess.run(command, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
