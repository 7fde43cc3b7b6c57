"""Command lines in a folder of their own: shown as they ran, the same in every run, nothing left behind."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from utils import missing, terminal
from utils.checks import claim
from utils.missing import NotRun, ToolMissing
from utils.records import RECORD_MIME
from utils.rendering import as_text
from utils.terminal import CommandFailed, Terminal, split


@pytest.fixture(autouse=True)
def shown(monkeypatch):
    """The records that were displayed."""
    records = []
    monkeypatch.setattr(terminal, "display", lambda bundle, raw: records.append(bundle[RECORD_MIME]))
    monkeypatch.setattr("utils.checks.display", lambda bundle, raw: records.append(bundle[RECORD_MIME]))
    return records


@pytest.fixture
def shell():
    shell = Terminal()
    yield shell
    shell.close()


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine without any program."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(missing.EVERY_TOOL, raising=False)


def test_a_transcript_reads_as_a_terminal(shell, shown):
    done = shell("# make two\nmkdir a b\nfor name in *; do\n  echo $name\ndone\ncat <<END\n$HOME\nEND\nls c", code=2)
    assert done.code == 2
    assert done.lines == ["ls: cannot access 'c': No such file or directory"]
    assert as_text(shown[0]).splitlines() == [
        "$ # make two",
        "$ mkdir a b",
        "$ for name in *; do",
        ">   echo $name",
        "> done",
        "a",
        "b",
        "$ cat <<END",
        "> $HOME",
        "> END",
        "/home/reader",
        "$ ls c",
        "ls: cannot access 'c': No such file or directory",
        "[exit status 2]",
    ]


def test_commands_see_the_shell_as_if_nothing_stood_between_them(shell):
    done = shell("(exit 3) || x=$?\n! true || false || echo $?\necho $x $?\nset -x\necho $((1 + 1))")
    assert [output for _, output, _ in done.commands] == ["", "1\n", "3 0\n", "", "+ echo 2\n2\n"]
    failing = shell("set -e\n! true; echo $?\ntrue\nfalse", code=1)
    assert [output for _, output, _ in failing.commands] == ["", "1\n", "", ""]


def test_status_of_the_last_command_is_seen_by_the_next(shell):
    assert shell("grep x /dev/null || true; grep -q x /dev/null; true\ntrue; echo $?").output == "0\n"
    with pytest.raises(CommandFailed, match="'false' ended with status 1, expected 0"):
        shell("false\necho $?")


def test_folder_and_files_outlive_a_call_and_variables_do_not(shell):
    shell("mkdir -p 'a b'/c\ncd 'a b'/c\nx=1\necho y > z")
    assert shell.folder == shell.home / "a b" / "c"
    assert shell('pwd\necho "[$x]"\ncat z').commands[1:] == (('echo "[$x]"', "[]\n", 0), ("cat z", "y\n", 0))
    assert shell("pwd").output == "/home/reader/a b/c\n"
    shell("cd ..\nexit 0")
    assert shell.files() == {"c/z": b"y\n"}


@pytest.mark.parametrize(("script", "code", "said"), [
    ("false", 0, "'false' ended with status 1, expected 0"),
    ("true", 1, "'true' ended with status 0, expected 1"),
    ("false\ntrue", 0, "'false' ended"),
    ("exit 3\ntrue", 3, "'exit 3' ended with status 3, expected 0"),
    ("exit 0\ntrue", 0, "'exit 0' ended the shell before 'true'"),
    ("set -u\necho $nothing\ntrue", 0, "nothing: unbound variable"),
])  # fmt: skip
def test_a_command_that_ends_otherwise_is_an_error(shell, shown, script, code, said):
    with pytest.raises(CommandFailed) as error:
        shell(script, code=code)
    assert said in str(error.value)
    assert shown == []


def test_what_takes_too_long_is_killed(shell):
    with pytest.raises(CommandFailed, match=r"took more than 0\.2 s"):
        shell("sleep 600", seconds=0.2)
    (number,) = shell._groups
    assert gone(number)


def test_what_runs_on_is_killed_when_the_terminal_closes(shell):
    shell("sleep 600 & echo $! > pid", seconds=300)
    number = int((shell.home / "pid").read_text())
    assert not ended(number)  # the call has not waited for it
    shell("mkdir locked && chmod 000 locked")
    shell.close()
    assert gone(number)
    assert not shell.home.exists()
    shell.close()


def gone(number: int) -> bool:
    """Whether a process ends, as one that was killed does when its turn comes."""
    late = time.monotonic() + 60
    while not ended(number) and time.monotonic() < late:
        time.sleep(0.02)
    return ended(number)


def ended(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_commits_have_the_same_names_in_every_run():
    if missing.missing_among(["git"]):
        pytest.skip("git is not on this machine")
    names = set()
    for _ in range(2):
        shell = Terminal("git")
        shell("git init -q -b main\necho 1 > a\ngit add a\ngit commit -qm one\necho 2 >> a\ngit commit -qam two")
        assert shell("git log --format='%an %ad' --date=iso").lines == [
            "Reader 2026-01-05 09:06:00 +0000",
            "Reader 2026-01-05 09:04:00 +0000",
        ]
        names.add(shell("git rev-parse HEAD").output)
        shell.close()
    assert len(names) == 1


def test_nothing_of_the_machine_is_seen(shell, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_MACHINE", "1")
    found = shell("env\npwd\necho $TMPDIR")
    assert not found.says("SECRET")
    assert str(shell.home) not in "".join(output for _, output, _ in found.commands)
    assert os.environ["HOME"] not in found.commands[0][1].replace("/root/.", "").split("PATH=")[0]


def test_files_are_written_inside_only(shell):
    assert shell.write("a/run.sh", "echo $0\n", executable=True).read_text() == "echo $0\n"
    assert shell("a/run.sh").output == "a/run.sh\n"
    for outside in ("../x", "/tmp/x"):
        with pytest.raises(ValueError, match="leads out of the home folder"):
            shell.write(outside, "")


@pytest.mark.parametrize(("script", "said"), [
    ("", "there is no command"),
    ("\n\n", "there is no command"),
    ("if true; then", "no end of"),
    ("echo 'a", "no end of"),
    ("echo )", "bash cannot read"),
])  # fmt: skip
def test_scripts_that_are_none(script, said):
    with pytest.raises(ValueError, match=said):
        list(split(script))


def test_commands_end_where_bash_says():
    assert list(split("a \\\n  b\n\n(c\nd)\nf() {\n  e\n}\n")) == ["a \\\n  b", "(c\nd)", "f() {\n  e\n}"]


def test_without_a_program_a_call_says_so_and_claims_are_not_tried(bare, shell, shown):
    done = shell("git status", needs="xz", otherwise="Git would say that all is well.")
    assert isinstance(done, NotRun)
    claim("All is well.", done.says("well"), status=done.code)
    claim("It rests on what was not run.", True, lines=done.lines)
    claim("The sum too.", done.code + 1 == 3 - done.code, other=1)
    said, *claims = map(as_text, shown)
    assert said.startswith(
        "Not on this machine: bash, xz. On Debian or Ubuntu: apt-get install bash xz-utils. Git would"
    )
    assert len(claims) == 3
    assert all(line.startswith("– ") and "not tried: bash, xz is not on this machine" in line for line in claims)


@pytest.mark.parametrize("use", [bool, list, len, int, lambda it: "a" in it.output, lambda it: not it.code])
def test_who_has_to_know_cannot_go_on(bare, shell, use):
    assert not shell.has()
    with pytest.raises(ToolMissing, match=r"apt-get install bash\. Ask `shell\.has"):
        use(shell("true", shown=False))


def test_who_insists_on_every_program_gets_an_error(bare, shell, monkeypatch):
    monkeypatch.setenv(missing.EVERY_TOOL, "1")
    for asks in (lambda: shell("true"), shell.has):
        with pytest.raises(ToolMissing, match="Not on this machine: bash"):
            asks()


def test_the_end_of_python_removes_the_folder(tmp_path):
    program = "import tempfile; tempfile.tempdir = '.'; from utils.terminal import Terminal\n"
    program += "Terminal()('sleep 60 & true', shown=False)"
    environment = os.environ | {"PYTHONPATH": str(Path(terminal.__file__).parents[1])}
    subprocess.run(["python", "-c", program], cwd=tmp_path, env=environment, check=True)
    assert list(tmp_path.iterdir()) == []
