"""Programs that start as copies of a Python with its imports done: they run as by the real one, and end with it."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from utils import terminal
from utils.terminal import CommandFailed, Terminal
from utils.warm import Warm

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux only")
#: Says who runs it, and everything that a program may ask of its start.
ASKED = """
import json, os, sys, warnings
warnings.warn("noted")
print(json.dumps([__name__, sys.argv, os.getcwd(), os.environ.get("GIVEN"), sys.path[0], sys.warnoptions,
    sys.stdin.read(), __file__, sys.modules["__main__"].__dict__ is globals(), "numpy" in sys.modules]))
print("at the end", file=sys.stderr)
sys.exit(int(sys.argv[1]))
"""


@pytest.fixture
def shell(monkeypatch):
    monkeypatch.setattr(terminal, "display", lambda bundle, raw: None)
    shell = Terminal()
    yield shell
    shell.close()


@pytest.fixture
def warm(shell):
    warm = Warm(shell, "numpy")
    yield warm
    warm.close()


def until(holds) -> None:
    """Wait until something holds."""
    end = time.monotonic() + 300
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def alive(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_program_runs_as_by_the_real_python(shell, warm):
    shell.write("one/asked.py", ASKED)
    shell.variables["GIVEN"] = "图 '"
    calls = [
        "cd one && echo word | python3 -W ignore::UserWarning asked.py 0 'a b' 图",
        "echo word | python one/asked.py 3",
        "cd one && python3 -u -W ignore -m asked 255 < /dev/null",
    ]
    for call in calls:
        told = [
            shell(f"({each}) 2>&1; echo $?", seconds=60).output
            for each in (call, re.sub("python3? ", f"{sys.executable} ", call))
        ]
        copy, real = told
        assert '"__main__"' in copy
        assert "at the end" in copy
        assert copy.replace("true, true]", "true, false]") == real  # which has not imported NumPy
        assert copy != real


def test_signals_errors_and_draws(shell, warm):
    shell.write("ends.py", "import os, sys\nos.kill(os.getpid(), int(sys.argv[1]))")
    for number in (signal.SIGSEGV, signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
        ended = subprocess.run([warm.python, shell.home / "ends.py", str(int(number))], env=shell.environment())
        assert ended.returncode == -number
    shell.write("wrong.py", "def f():\n    raise LookupError('lost')\nf()")
    assert "LookupError: lost" in shell("python3 wrong.py 2>&1", code=1, seconds=60).output
    shell.write("draws.py", "import random, numpy\nprint(random.random(), numpy.random.random())")
    drawn = "".join(shell("python3 draws.py\npython3 draws.py", seconds=60).outputs).split()
    assert len({*drawn}) == 4


def test_other_calls_are_those_of_the_real_python(shell, warm):
    shell.write("asks.py", "import sys\nprint('numpy' in sys.modules)")
    said = shell("python3 -c 'import sys; print(\"numpy\" in sys.modules)'\npython3 asks.py", seconds=60)
    assert said.outputs == ["False\n", "True\n"]
    assert "can't open file" in shell("python3 nowhere.py 2>&1", code=2).output
    assert shell("python3 -B asks.py\npython3 -W error:x asks.py", seconds=60).outputs == ["False\n"] * 2


def test_a_source_with_threads_gives_no_copies(shell):
    shell.write(
        "threads.py", "import threading, time\nthreading.Thread(target=time.sleep, args=(99,), daemon=True).start()"
    )
    shell.write("asks.py", "import sys\nprint('threads' in sys.modules)")
    shell.variables["PYTHONPATH"] = str(shell.home)
    warm = Warm(shell, "threads")
    assert shell("python3 asks.py", seconds=60).output == "False\n"
    warm.close()


def test_a_program_ends_with_its_caller(shell, warm):
    shell.write("stays.py", "import os, time\nopen('number', 'w').write(f'{os.getpid()}.')\ntime.sleep(600)")
    number = shell.home / "number"
    caller = subprocess.Popen([warm.python, "stays.py"], cwd=shell.home, env=shell.environment())
    until(lambda: number.is_file() and number.read_text().endswith("."))
    program = int(number.read_text()[:-1])
    assert alive(program)
    caller.kill()
    caller.wait()
    until(lambda: not alive(program))
    with pytest.raises(CommandFailed, match="more than"):
        shell("rm number\npython3 stays.py", seconds=5)
    until(lambda: not number.is_file() or not alive(int(number.read_text()[:-1])))


def test_everything_ends_with_the_kernel(tmp_path):
    program = """
import os, signal, subprocess
from utils.terminal import Terminal
from utils.warm import Warm
shell = Terminal()
warm = Warm(shell, "json")
shell.write("stays.py", "import os, time\\nprint(os.getpid(), os.getppid(), flush=True)\\ntime.sleep(600)")
started = subprocess.Popen([warm.python, "stays.py"], cwd=shell.home, stdout=subprocess.PIPE, env=shell.environment())
print(started.stdout.readline().decode(), warm._source.pid, started.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, env=os.environ | {"TMPDIR": str(tmp_path)}
    )
    numbers = [int(word) for word in ran.stdout.split()]
    assert len(numbers) == 4
    until(lambda: not any(map(alive, numbers)))
