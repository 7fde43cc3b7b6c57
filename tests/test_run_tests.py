"""What fails in a browser is asked once more, alone; what fails then, or anywhere else, fails the run, and so does what
waits for ever."""

import pytest

from tools import run_tests
from tools.run_tests import ALONE, PYTEST, Stage

RACE = """
from pathlib import Path

def test_right():
    pass

def test_race():
    asked = Path(__file__).with_suffix(".asked")
    before = len(asked.read_text()) if asked.exists() else 0
    asked.write_text("." * (before + 1))
    assert before >= {lost}
"""

WAITING = """
import threading
from pathlib import Path

def test_before():
    pass

def test_waiting():
    asked = Path(__file__).with_suffix(".asked")
    if not asked.exists():
        asked.touch()
        threading.Event().wait()

def test_after():
    pass
"""


@pytest.fixture
def staged(tmp_path, monkeypatch, capfd):
    """staged(text, **options): exit status and output of a run with one stage of one file of tests.

    `more` are further options of pytest, all others those of a stage.
    """

    def run(text, more=(), **options):
        file = tmp_path / "test_it.py"
        file.write_text(text)
        command = [*PYTEST, "-c", str(tmp_path / "none.ini"), f"--rootdir={tmp_path}", *more, str(file)]
        (tmp_path / "none.ini").write_text("[pytest]\n")
        monkeypatch.setattr(run_tests, "stages", lambda empty: [Stage("it", command, **options)])
        code = run_tests.main()
        return code, capfd.readouterr().out

    return run


@pytest.mark.parametrize(
    ("lost", "again", "mark", "code"),
    [(0, ALONE, "ok", 0), (1, ALONE, "TWICE", 0), (2, ALONE, "FAILED", 1), (1, [], "FAILED", 1)],
)
def test_a_race_is_asked_again(staged, lost, again, mark, code):
    result, said = staged(RACE.format(lost=lost), again=again)
    assert result == code
    assert said.splitlines()[-1].startswith(mark)
    asked_again = said.partition("once more and alone")[2]
    assert ("PASSED" in asked_again and "test_race" in asked_again) == (mark == "TWICE")
    assert "test_right" not in asked_again


@pytest.mark.parametrize(("again", "mark", "code"), [([*ALONE, "--timeout=60"], "TWICE", 0), ([], "FAILED", 1)])
def test_what_waits_for_ever_is_ended_and_the_others_go_on(staged, again, mark, code):
    result, said = staged(WAITING, more=["--timeout=3"], again=again)
    assert result == code
    assert "1 failed, 2 passed" in said
    assert "Timeout (>3.0s)" in said
    assert "threading.Event().wait()" in said
    assert said.splitlines()[-1].startswith(mark)


def test_a_file_that_cannot_be_read_fails(staged):
    result, said = staged("import no_such_module", again=ALONE)
    assert result == 1
    assert said.splitlines()[-1].startswith("FAILED")


def test_only_the_browser_may_be_asked_again():
    assert [stage.name for stage in run_tests.stages("") if stage.again] == ["website in a browser"]
