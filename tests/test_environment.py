"""tools/environment.py: what is missing is said in one line with the remedy, and nothing is installed twice."""

import ast
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

from book.order import ROOT
from tools import environment
from tools.environment import Missing


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 10)])
def test_old_python_is_named_with_the_remedy(version):
    with pytest.raises(Missing, match=rf"Python {version[0]}\.{version[1]} is too old.*make PYTHON=") as problem:
        environment.check_python(version)
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (4, 0)])
def test_new_python_is_welcome(version):
    assert environment.check_python(version) is None


def test_too_little_disk_is_named_with_the_remedy(tmp_path):
    with pytest.raises(Missing, match=r"2\.0 GB free .* 8 GB are needed.*make VENV="):
        environment.check_disk(str(tmp_path / "not" / "there" / "yet"), free_bytes=2e9)
    assert environment.check_disk(str(tmp_path), free_bytes=9e9) is None


def test_missing_venv_module_is_named_with_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(Missing, match=r"no venv module; install it .*-venv\)"):
        environment.check_venv_module()


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "the disk is full"),
        ("npm error code ENOSPC", "the disk is full"),
        ("NewConnectionError('<...>: Failed to establish a new connection: [Errno -2] Name or service", "no network"),
        (
            "npm error network request to https://registry.npmjs.org/katex failed, reason: getaddrinfo EAI_AGAIN",
            "no net",
        ),
        ("Error: [Errno 30] Read-only file system: '/book/.venv'", "no right to write"),
        ("ERROR: No matching distribution found for torch==2.9.1", "make PYTHON="),
        ("something else", "the lines above say why"),
    ],
)
def test_a_failing_install_says_in_a_line_what_to_do(line, meant, capfd):
    program = f"import sys; print({line!r}, file=sys.stderr); sys.exit(3)"
    with pytest.raises(Missing, match=rf"^unpacking failed: .*{meant}.*Run make again to go on$"):
        environment.run("unpacking", [sys.executable, "-c", program])
    assert line in capfd.readouterr().err


def test_an_install_that_is_killed_says_so():
    with pytest.raises(Missing, match="something ended it"):
        environment.run("unpacking", [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"])


def test_without_a_network_pip_is_understood(capfd):
    nowhere = ["--isolated", "--index-url", "http://127.0.0.1:9/simple", "--retries", "1"]
    with pytest.raises(Missing, match=r"no network: pypi\.org"):
        environment.run("installing", [sys.executable, "-m", "pip", "install", *nowhere, "every-equation-runs-nothing"])
    assert "Retrying" not in capfd.readouterr().err


def test_it_can_be_read_by_an_old_python_which_it_then_names():
    source = (ROOT / "tools/environment.py").read_text("utf-8")
    ast.parse(source, feature_version=(3, 4))
    with pytest.raises(SyntaxError):
        ast.parse("f'{x}'\nx: int = 1", feature_version=(3, 4))


# --- an environment that is there, half there, or something else -----------------------------------------------------

HERE = sys.version_info[:2]
PIP = """#!/bin/sh
test "$*" != "-m pip --version" || test -e "$(dirname "$0")/pip-works"
"""


def make(venv, version=HERE, pip=True, stamp=None):
    """An environment as far as it is looked at; its Python only says whether it has pip."""
    (venv / "bin").mkdir(parents=True)
    (venv / "lib").mkdir()
    (venv / "pyvenv.cfg").write_text("home = /usr/bin\nversion = {}.{}.1\n".format(*version))
    (venv / "bin/python").write_text(PIP)
    (venv / "bin/python").chmod(0o755)
    if pip:
        (venv / "bin/pip-works").touch()
    if stamp:
        environment.write_stamp(str(venv / environment.STAMP), stamp)
    return venv


def wanted(version=HERE):
    return environment.fingerprint("requirements.txt", "constraints.txt", "pyproject.toml", version=version)


@pytest.fixture
def steps(monkeypatch):
    """What would be run; making an environment makes one."""
    done = []

    def run(what, command, **_):
        done.append(what.partition(",")[0].split("/")[0].strip())
        if what.startswith("creating "):
            make(Path(command[-1]))

    monkeypatch.setattr(environment, "check_disk", lambda folder: None)
    monkeypatch.setattr(environment, "run", run)
    return done


FROM_NOTHING = ["creating", "installing about 200 packages", "installing utils"]


def stamp_of(venv):
    return environment.read_stamp(str(venv / environment.STAMP))


def test_an_environment_is_made_where_there_is_none(tmp_path, steps):
    venv = tmp_path / "an envirönment" / "deep"
    environment.install_python_packages(str(venv))
    assert steps == FROM_NOTHING
    assert stamp_of(venv) == wanted()
    environment.install_python_packages(str(venv))
    assert steps == FROM_NOTHING


def test_environment_that_is_up_to_date_is_left_alone(tmp_path, steps, monkeypatch):
    venv = make(tmp_path / "venv", stamp=wanted())
    monkeypatch.setattr(environment, "NEEDED_PYTHON", (99, 0))  # make's own Python may be too old, as on macOS
    environment.install_python_packages(str(venv))
    assert steps == []
    with pytest.raises(Missing, match="is too old"):
        environment.install_python_packages(str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


def test_environment_of_other_pins_is_renewed(tmp_path, steps):
    venv = make(tmp_path / "venv", stamp="of an older lock file")
    environment.install_python_packages(str(venv))
    assert steps == FROM_NOTHING[1:]
    assert stamp_of(venv) == wanted()


def test_interrupted_install_leaves_no_stamp(tmp_path, monkeypatch, steps):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(environment, "run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            environment.install_python_packages(str(tmp_path / "venv"))
    assert stamp_of(tmp_path / "venv") == ""
    environment.install_python_packages(str(tmp_path / "venv"))
    assert steps == FROM_NOTHING


def test_ctrl_c_is_said_in_a_line(tmp_path, monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(environment, "install_python_packages", interrupted)
    with pytest.raises(SystemExit) as ended:
        environment.main([str(tmp_path)])
    assert ended.value.code == 130
    assert capsys.readouterr().err == "\nmake: interrupted; run make again, it goes on where this stopped\n"


def test_an_environment_without_pip_is_made_anew_for_real(tmp_path, monkeypatch):
    """As Ctrl-C in the first seconds leaves it."""
    venv, real, later = tmp_path / "venv", environment.run, []
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (venv / environment.LOCK).touch()
    assert not environment.has_pip(str(venv))
    monkeypatch.setattr(environment, "check_disk", lambda folder: None)
    monkeypatch.setattr(environment, "run", lambda what, c: real(what, c) if "creating" in what else later.append(what))
    environment.install_python_packages(str(venv))
    assert environment.has_pip(str(venv))
    assert len(later) == 2


@pytest.mark.parametrize("lost", ["python", "pip", "all but the lock"])
def test_an_environment_half_made_is_made_anew(tmp_path, steps, lost):
    venv = make(tmp_path / "venv", pip=lost != "pip")
    (venv / environment.LOCK).touch()
    (venv / "lib/left").touch()
    if lost == "python":  # a link to a Python that was removed
        (venv / "bin/python").unlink()
        (venv / "bin/python").symlink_to("/nowhere/python3")
    if lost == "all but the lock":
        shutil.rmtree(venv / "bin")
        (venv / "pyvenv.cfg").unlink()
    environment.install_python_packages(str(venv))
    assert steps == FROM_NOTHING
    assert not (venv / "lib/left").exists()


def test_an_environment_of_somebody_else_is_not_made_anew(tmp_path, steps):
    venv = make(tmp_path / "venv", pip=False)
    (venv / "lib/theirs").touch()
    environment.install_python_packages(str(venv))
    assert steps == ["getting pip", *FROM_NOTHING[1:]]
    (venv / "bin/python").unlink()
    with pytest.raises(Missing, match=r"holds no Python that runs; remove it, or name another: make VENV="):
        environment.install_python_packages(str(venv))
    assert (venv / "lib/theirs").exists()


def test_an_environment_keeps_its_python_unless_another_is_chosen(tmp_path, steps):
    venv, other = tmp_path / "venv", (3, 99)
    make(venv, version=other)
    environment.install_python_packages(str(venv))
    assert steps == FROM_NOTHING[1:]
    assert stamp_of(venv) == wanted(other)
    environment.install_python_packages(str(venv))
    assert steps == FROM_NOTHING[1:]
    with pytest.raises(Missing, match=r"holds Python 3\.99, and you chose 3\.\d+; remove it"):
        environment.install_python_packages(str(venv), chosen=True)
    (venv / environment.LOCK).touch()
    environment.install_python_packages(str(venv), chosen=True)
    assert steps[2:] == FROM_NOTHING
    assert stamp_of(venv) == wanted()


def test_a_folder_with_other_things_is_left_alone(tmp_path, steps):
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(Missing, match=r"holds other things \(thesis\.tex\); name an empty folder"):
        environment.install_python_packages(str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    with pytest.raises(Missing, match=r"thesis\.tex is a file"):
        environment.install_python_packages(str(tmp_path / "thesis.tex"))
    with pytest.raises(Missing, match=r"because of the ':' in it"):
        environment.install_python_packages(str(tmp_path / "a:b"))
    assert steps == []


def test_a_place_without_the_right_to_write_is_named(tmp_path, steps, monkeypatch):
    monkeypatch.setattr(environment.os, "access", lambda path, mode: False)
    with pytest.raises(Missing, match=rf"no right to write to {tmp_path}; put the environment elsewhere: make VENV="):
        environment.install_python_packages(str(tmp_path / "venv"))
    assert not (tmp_path / "venv").exists()


def package(site, name, record="{name}/a.py,sha256=x,4\n{name}/b.pyc,,\n", size=4):
    info = site / f"{name}-1.0.dist-info"
    for folder in (info, site / name):
        folder.mkdir(parents=True)
    (site / name / "a.py").write_text("x" * size)
    (info / "METADATA").write_text(f"Name: {name}")
    if record is not None:
        (info / "RECORD").write_text(record.format(name=name))
    return info


def test_packages_half_there_are_installed_again(tmp_path, steps, capsys):
    site = make(tmp_path / "venv") / "lib/python3.11/site-packages"
    whole = [package(site, "numpy"), package(site, "somebodys_own", record=None)]
    half = [package(site, "scipy", record=None), package(site, "torch", size=3), package(site, "pandas", record="")]
    half.append(package(site, "scikit_learn"))
    (site / "scikit_learn/a.py").unlink()
    (site / "~umpy").mkdir()
    environment.install_python_packages(str(tmp_path / "venv"))
    assert [info.exists() for info in whole + half] == [True] * 2 + [False] * 4
    assert not (site / "~umpy").exists()
    assert "environment: torch-1.0 is half there and is installed again\n" in capsys.readouterr().out
    assert steps == FROM_NOTHING[1:]


def test_packages_of_the_environment_that_runs_this_are_whole():
    infos = [Path(distribution("numpy")._path), Path(distribution("jupyterlab")._path)]
    assert [environment.is_whole(str(info)) for info in infos] == [True, True]


def test_node_packages_that_are_gone_are_installed_again(tmp_path, steps, monkeypatch):
    website, venv = tmp_path / "website", make(tmp_path / "venv")
    (website / "node_modules/katex").mkdir(parents=True)
    (website / "node_modules/katex/package.json").touch()
    (website / "package.json").write_text('{"dependencies": {"katex": "1"}, "devDependencies": {"lighthouse": "1"}}')
    (website / "package-lock.json").touch()
    monkeypatch.setattr(environment, "ROOT", str(tmp_path))
    for _ in range(2):
        environment.install_node_packages(str(venv), with_lighthouse=False)
    assert steps == ["installing KaTeX"]
    (website / "node_modules/katex/package.json").unlink()
    environment.install_node_packages(str(venv), with_lighthouse=False)
    assert steps == ["installing KaTeX"] * 2


def test_two_at_once_take_turns(tmp_path, capfd):
    program = "import sys; from tools import environment\nwith environment.turn(sys.argv[1]): print('mine', flush=True)"
    command = [sys.executable, "-c", program, str(tmp_path / "lock")]
    with environment.turn(str(tmp_path / "lock")):
        second = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert second.stdout.readline().startswith("environment: another make installs; waiting")
        assert second.poll() is None
    assert second.communicate(timeout=120)[0] == "mine\n"


def test_every_requirement_is_pinned_and_has_a_reason():
    pinned = {
        line.split("==")[0].lower() for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line
    }
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            requirement, _, reason = line.partition("#")
            name = requirement.strip().split("<")[0].split(">")[0].split("[")[0]
            assert name.lower() in pinned, f"{name} is not in constraints.txt: run make lock"
            assert len(reason.split()) >= 3, f"requirements.txt gives no reason for {name}"


def test_make_help_lists_every_public_command():
    text = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for command in ("book", "test", "lab", "serve", "data", "clean", "chapter", "new-chapter"):
        assert f"make {command} " in text
