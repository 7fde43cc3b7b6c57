"""tools/environment.py: what is missing is said in one line with the remedy, and nothing is installed twice."""

import subprocess
import sys

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


def test_failing_install_says_what_to_do():
    with pytest.raises(Missing, match=r"unpacking failed.*Run make again"):
        environment.run("unpacking", [sys.executable, "-c", "raise SystemExit(3)"])


def test_environment_that_is_up_to_date_is_left_alone(tmp_path, monkeypatch):
    environment.write_stamp(
        str(tmp_path / environment.STAMP),
        environment.fingerprint("requirements.txt", "constraints.txt", "pyproject.toml"),
    )
    monkeypatch.setattr(environment, "run", lambda *a, **k: pytest.fail("installed again"))
    environment.install_python_packages(str(tmp_path))


def test_environment_of_other_pins_is_renewed(tmp_path, monkeypatch):
    environment.write_stamp(str(tmp_path / environment.STAMP), "of an older lock file")
    steps = []
    monkeypatch.setattr(environment, "check_disk", lambda folder: None)
    monkeypatch.setattr(environment, "run", lambda what, command, **_: steps.append(command))
    environment.install_python_packages(str(tmp_path))
    assert any("constraints.txt" in part for command in steps for part in command)
    assert "of an older lock file" not in environment.read_stamp(str(tmp_path / environment.STAMP))


def test_interrupted_install_leaves_no_stamp(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "check_disk", lambda folder: None)

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(environment, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        environment.install_python_packages(str(tmp_path / "venv"))
    assert environment.read_stamp(str(tmp_path / "venv" / environment.STAMP)) == ""


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
