"""What a submission cannot do, behind each wall that this machine has; the instructors' page says what holds where."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from grading.box import sandbox as sandbox_module
from grading.box import session as session_module
from grading.box import walls, wire
from grading.box.groups import Group, can_group
from grading.box.sandbox import Limits, Sandbox, bubblewrap_problem, choose_sandbox
from grading.box.session import Session, Stopped, SubmissionError
from grading.course.assignment import load_assignment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls of Linux")
NEEDS_WALL = pytest.mark.skipif(bubblewrap_problem() is not None, reason=str(bubblewrap_problem()))
LIMITS = Limits(seconds=20, memory_bytes=512 << 20, file_bytes=8 << 20, output_bytes=1 << 20, answer_bytes=8 << 20)
MODULE = """
import ctypes, os, subprocess, sys, time
import numpy as np

libc = ctypes.CDLL(None, use_errno=True)

def user(): return os.getuid()
def write(path):
    try:
        with open(path, "wb") as f: f.write(b"x")
        return True
    except OSError: return False
def fill(path):
    try:
        with open(path + "/a", "wb") as a, open(path + "/b", "wb") as b:
            for f in (a, b): f.write(bytes(7 << 20))
        return True
    except OSError: return False
def key(put):
    found = []
    for ring in (-3, -4, -5):  # of the session, of the user, of the user's session
        if put: found.append(libc.syscall(248, b"user", b"eer", b"data", 4, ring))
        else: found.append(libc.syscall(250, 10, ring, b"user", b"eer", 0))
    return [number > 0 for number in found]
def namespaces():
    command = ["unshare", "--user", "--map-root-user", "--mount", "true"]
    return subprocess.run(command, capture_output=True).returncode == 0
def processes():
    n = 0
    try:
        for _ in range(500):
            if os.fork() == 0: time.sleep(100)
            n += 1
    except OSError: pass
    return n
def share(children, total):
    kept = bytearray(total)
    for _ in range(children):
        if os.fork() == 0: time.sleep(100)
    time.sleep(2)
    return len(kept)
def memory(total):
    kept = []
    for i in range(total // (7 << 20)):
        kept.append(os.memfd_create("x"))
        os.write(kept[-1], bytes(7 << 20))
    time.sleep(2)
    return len(kept)
def pool():
    import multiprocessing
    with multiprocessing.Pool(2) as pool: return pool.map(abs, [-1, 2])
def figure():
    opened = []
    def hear(event, given):
        if event == "open" and str(given[0]).endswith((".ttf", ".otf", ".afm")): opened.append(given[0])
    sys.addaudithook(hear)
    import matplotlib.pyplot as plt
    plt.figure()
    return len(opened)
def leave(seconds=0.7):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for signal in range(1, 65):
                try: __import__("signal").signal(signal, __import__("signal").SIG_IGN)
                except (OSError, ValueError): pass
            os.execve(sys.executable, [sys.executable, "-c", "import time; time.sleep(45678)"], {})
        os._exit(0)
    os.wait()
    time.sleep(seconds)
    return 1
def advance(frames):
    import threading
    def send():
        time.sleep(0.5)
        for fd in range(3, 9):
            try: os.write(fd, b"".join(map(bytes.fromhex, frames)))
            except OSError: pass
        time.sleep(5)
    threading.Thread(target=send, daemon=True).start()
def die(): os.kill(os.getpid(), 9)
class Secret1234(ValueError): pass
def own_kind(): raise Secret1234("x")
def secret_type(): return type("Secret1234", (), {})()
def forged_type():
    import traceback
    error = type("Secret", (Exception,), {"__module__": "builtins"})
    raise error("x")
def forged_line(line):
    exec(compile("\\n" * (line - 1) + "1 / 0", __file__, "exec"), {})
def forged_file():
    exec(compile("1 / 0", os.path.dirname(__file__) + "/1234.py", "exec"), {})
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "m.py").write_text(MODULE)
    tmp_path.chmod(0o755)
    return tmp_path


def left_over() -> list[int]:
    """Processes that a box has left running; they are ended."""
    left = []
    for process in psutil.process_iter(["cmdline"]):
        if "import time; time.sleep(45678)" in (process.info["cmdline"] or []):
            left.append(process.pid)
            process.kill()
    return left


def ask(folder, isolated, name, *arguments):
    with Session(folder, {"m": "m.py"}, choose_sandbox(isolated), LIMITS) as session:
        return session.load("m").call(name, *arguments)


@NEEDS_WALL
def test_each_box_has_a_user_of_its_own_who_is_nobody_here(folder):
    users = {ask(folder, True, "user") for _ in range(3)}
    if os.getuid() == 0 and walls.best().own_user:
        assert len(users) == 3
        assert min(users) >= walls.FIRST_USER
    assert 0 not in users


@NEEDS_WALL
def test_nothing_can_be_written_but_two_small_folders(folder):
    for path in ("/x", "/box/x", "/etc/x", "/dev/x", "/submission/x", "/usr/x", "/proc/sys/kernel/x", "/root/x"):
        assert not ask(folder, True, "write", path), path
    for path in ("/tmp/x", "/dev/shm/x", "/dev/null"):
        assert ask(folder, True, "write", path), path
    for path in ("/tmp", "/dev/shm"):
        assert not ask(folder, True, "fill", path), path


@NEEDS_WALL
def test_keys_do_not_outlive_a_box(folder):
    ask(folder, True, "key", True)
    assert ask(folder, True, "key", False) == [False] * 3


@NEEDS_WALL
def test_no_box_in_the_box(folder):
    assert ask(folder, True, "namespaces") is not walls.best().closed


@NEEDS_WALL
def test_a_box_full_of_processes_costs_its_neighbour_nothing(folder):
    with (
        Session(folder, {"m": "m.py"}, choose_sandbox(True), LIMITS) as one,
        Session(folder, {"m": "m.py"}, choose_sandbox(True), LIMITS) as other,
    ):
        assert one.load("m").call("processes") <= LIMITS.processes
        if walls.best().own_user:
            assert other.load("m").call("pool") == [1, 2]


@NEEDS_WALL
def test_parallel_work_and_figures_go_as_elsewhere(folder):
    assert ask(folder, True, "pool") == [1, 2]
    assert ask(folder, True, "figure") == 0  # it has not looked at all fonts, which takes seconds


@pytest.mark.parametrize("isolated", [pytest.param(True, marks=NEEDS_WALL), False])
def test_memory_that_nobody_has_mapped_counts(folder, isolated):
    with pytest.raises(Stopped, match="GB of memory") as caught:
        ask(folder, isolated, "memory", 1 << 30)
    assert caught.value.reason == "memory"


@pytest.mark.parametrize("isolated", [pytest.param(True, marks=NEEDS_WALL), False])
def test_memory_that_children_share_counts_once(folder, isolated):
    assert ask(folder, isolated, "share", 6, 100 << 20) == 100 << 20


def test_memory_of_who_does_not_let_himself_be_looked_at_counts_whole(monkeypatch):
    def denied(_process):
        raise psutil.AccessDenied

    here = psutil.Process()
    monkeypatch.setattr(psutil.Process, "memory_full_info", denied)
    assert session_module._shared_out([here]) == pytest.approx(here.memory_info().rss, rel=0.1)


@pytest.mark.parametrize("isolated", [pytest.param(True, marks=NEEDS_WALL), False])
def test_nobody_outlives_his_box(folder, isolated):
    assert ask(folder, isolated, "leave") == 1
    left = left_over()
    if isolated or can_group():
        assert not left


@pytest.mark.parametrize("seconds", [0, 0.7])
def test_nobody_outlives_a_box_that_nothing_holds_together(folder, monkeypatch, seconds):
    """Who has left his group, his session, his parent and his environment, before or after somebody looked."""
    monkeypatch.setattr(Group, "make", lambda memory_bytes, processes: None)
    assert ask(folder, False, "leave", seconds) == 1
    assert not left_over()


def test_a_box_has_ended_when_its_processes_have(monkeypatch):
    """Who is killed on a busy machine ends when his turn comes."""
    process = psutil.Popen([sys.executable, "-c", "import time; time.sleep(45678)"])
    monkeypatch.setattr(psutil.Process, "kill", lambda self: threading.Timer(0.5, os.kill, (self.pid, 9)).start())
    sandbox_module._kill_seen({psutil.Process(process.pid)})
    assert process.poll() is not None


def test_who_is_killed_is_told_from_who_used_up_his_time(folder):
    with Session(folder, {"m": "m.py"}, choose_sandbox(False), LIMITS) as session, pytest.raises(Stopped) as caught:
        session.load("m").call("die")
    assert (caught.value.reason, str(caught.value)) == ("crash", session_module.KILLED)


def test_who_is_killed_from_outside_is_graded_again(tmp_path):
    """Once: whoever kills himself does it again."""
    knn = load_assignment("knn")
    (tmp_path / "work").mkdir()
    for name in ("k_nearest_neighbor.py", "cross_validation.py"):
        (tmp_path / "work" / name).write_text((knn.folder / "solution" / name).read_text("utf-8"))
    (tmp_path / "work" / "k_nearest_neighbor.py").open("a").write("import time; time.sleep(1.5)\n")
    killed = []

    def kill():
        deadline = time.monotonic() + 30
        while not killed and time.monotonic() < deadline:
            for process in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    if "runner.py" in " ".join(process.cmdline()) and process.cpu_times().user > 0.05:
                        killed.append(process.pid)
                        time.sleep(0.3)
                        process.kill()
                        return
            time.sleep(0.02)

    hand = threading.Thread(target=kill)
    hand.start()
    outcome = knn.grade(tmp_path / "work", choose_sandbox(False), only=["q1"])
    hand.join()
    assert killed
    assert (outcome.questions[0].status, outcome.earned) == ("ok", 4)


def test_what_was_sent_in_advance_is_no_answer(folder):
    with Session(folder, {"m": "m.py"}, choose_sandbox(False), LIMITS) as session:
        module = session.load("m")
        assert (
            module.call("advance", [wire.encode({"value": 7}).hex(), wire.encode({"nonce": 0, "value": 7}).hex()])
            is None
        )
        time.sleep(1)
        with pytest.raises(Stopped) as caught:
            module.call("user")
        assert caught.value.reason == "protocol"


def test_what_an_exception_says_of_itself_carries_nothing_out(folder):
    lines = MODULE.count("\n") + 1
    for name, arguments, kind, place in (
        ("own_kind", (), "ValueError", "m.py"),
        ("forged_type", (), "Exception", "m.py"),
        ("forged_line", (lines + 1,), "ZeroDivisionError", "m.py"),
        ("forged_line", (10**6,), "ZeroDivisionError", "m.py"),
        ("forged_file", (), "ZeroDivisionError", None),
    ):
        with pytest.raises(SubmissionError) as caught:
            ask(folder, False, name, *arguments)
        assert (caught.value.type, caught.value.file) == (kind, place), name
        assert "forged" not in name or name == "forged_type" or caught.value.line is None
    assert ask(folder, False, "secret_type").type == wire.OTHER_TYPE


def test_a_machine_without_the_wall_that_was_chosen_refuses(folder, monkeypatch):
    monkeypatch.setattr(walls, "best", lambda: "bubblewrap is not installed")
    with pytest.raises(RuntimeError, match="not installed"):
        Sandbox(isolated=True).start(folder, {"m": "m.py"}, LIMITS)
    assert "not installed" in Sandbox(isolated=True).missing()
    assert "no bubblewrap" in Sandbox(isolated=False).missing()


@NEEDS_WALL
@pytest.mark.parametrize("wall", walls.WALLS)
def test_lesser_walls_work_and_say_what_is_missing(folder, monkeypatch, wall):
    if os.getuid() and not wall.own_user:
        pytest.skip("for root only")
    monkeypatch.setattr(walls, "best", lambda: wall)
    assert ask(folder, True, "user") != 0
    assert bool(Sandbox(isolated=True).missing()) == (wall != walls.WALLS[0])


def test_reading_an_answer_takes_no_more_than_it_holds():
    """In a process of its own, since memory is given back late."""
    code = """
import resource, sys, time
from grading.box import wire
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
def frame(text, arrays=b""): return wire.HEADER.pack(wire.MAGIC, len(text), len(arrays)) + text + arrays
array = b'{"array": ["<f8", [1000000], 0]}'
bad = [b"[" * 4_000_000, b"[]," * 1_300_000, b"[" + b"[]," * 1_300_000 + b"[]]", b"{" * 4_000_000]
bad += [b"[" + b'"a",' * 900_000 + b"1]", b"[" + b",".join([array] * 40) + b"]", b'{"list": ["|b1", [4000000, 0], 0]}']
bad += [b'{"list": ["|b1", [1099511627776, 0], 0]}', b'{"array": ["|b1", [1099511627776, 1099511627776, 0], 0]}']
bad += [b"9" * 4_000_000, b"1" * 4300, b'"' + b"x" * 3_999_000]
start = time.process_time()
for text in bad:
    try: wire.decode(frame(text, bytes(8_000_000) if b"1000000]" in text else b""))
    except wire.WireError: continue
    assert b"4000000" in text or b"10995" in text, text[:50]
assert time.process_time() - start < 120, time.process_time() - start  # not the square of what was sent
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10)
"""
    root = str(Path(__file__).resolve().parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": root}
    )
    assert not done.returncode, done.stderr
    assert int(done.stdout) < 150  # MB


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_odd_values_arrive_as_what_they_are():
    for value in (
        [10**400] * 30,
        ["a"] * 30,
        [[1], [2, 3]] * 20,
        [None] * 30,
        [True, 2] * 20,
        "x" * 100_000,
        {"a": [np.float64(1)] * 50},
    ):
        wire.decode(wire.encode({"value": value}))
    rows = [[float(i * j) for j in range(300)] for i in range(40)]
    assert wire.decode(wire.encode(rows)) == rows
    assert wire.decode(wire.encode([1] * 500)) == [1] * 500
    assert isinstance(wire.decode(wire.encode(np.matrix([[1]]))), wire.Opaque)
    assert isinstance(wire.decode(wire.encode(np.ma.masked_array([1.0]))), wire.Opaque)
    start = time.process_time()
    assert len(wire.decode(wire.encode([np.float64(i) for i in range(100_000)]))) == 100_000
    assert time.process_time() - start < 6


def test_names_of_exceptions_are_those_of_python():
    assert {"ValueError", "KeyboardInterrupt", "LinAlgError"} <= session_module.EXCEPTIONS
    assert "Session" not in session_module.EXCEPTIONS
