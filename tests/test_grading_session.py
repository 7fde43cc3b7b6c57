"""Tests of the box: what a submission can do in it, and what stops it."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from grading.box import session as session_module
from grading.box.sandbox import Limits, bubblewrap_problem, choose_sandbox
from grading.box.session import Session, Stopped, SubmissionError
from grading.box.wire import Opaque

MODULE = """
import os, sys, time
import numpy as np
from builtins import object, range
from past.builtins import xrange
from six.moves import xrange as other
from cs231n.classifiers.helper import five
from cs231n.classifiers import five as again
from cs231n.gradient_check import grad_check_sparse


class Counter(object):
    def __init__(self, start=0):
        self.n = start

    def add(self, x):
        self.n += x
        return self.n


def double(x, extra=0):
    print("doubling", len(x))
    return 2 * x + extra

def mutate(x):
    x *= 0
    return x

def pair(x): return x.sum(), (x, {"t": [x, None]})
def boom(x): raise ValueError("bad " + str(x))
def loop():
    while True: pass
def deaf():
    while True:
        try:
            while True: time.sleep(1)
        except BaseException: pass
def leave(): os._exit(3)
def crash():
    import ctypes
    ctypes.string_at(0)
def eat(): return np.ones(3 << 28).sum()
def work(seconds):
    while time.process_time() < seconds: pass
    return 1
def rest(): time.sleep(600)
def gobble():
    import mmap
    kept = []
    while True:  # shared memory, which no limit of the process counts
        kept.append(mmap.mmap(-1, 256 << 20))
        kept[-1].write(bytes(256 << 20))
def die(): os.kill(os.getpid(), 9)
def defy():
    import signal
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    while True: pass
def talk():
    while True: print("x" * 10000)
def huge(): return np.zeros(2 << 20)
def sockets(port):
    import socket
    return socket.create_connection(("127.0.0.1", port), 1)
def daemon():
    import subprocess
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(54321)"], start_new_session=True)
    return 1
def places():
    def seen(path):
        try: return os.path.exists(path) and bool(os.listdir(path) if os.path.isdir(path) else open(path).read(1) or 1)
        except OSError: return False
    return [seen(p) for p in PLACES]
def write(path):
    with open(path, "w") as f: f.write("x")
    return 1
def ask(): return input()
def missing_helper(): return grad_check_sparse(None, None, None)
def draw(): return np.random.rand(3)
def forge():
    for fd in range(3, 64):
        try: os.write(fd, b"x" * 100)
        except OSError: pass
"""
LIMITS = Limits(seconds=6, memory_bytes=1 << 30, output_bytes=1 << 20, answer_bytes=8 << 20)
WALLS = [pytest.param(False, id="limits")]
WALLS += [pytest.param(True, id="bubblewrap")] if bubblewrap_problem() is None else []


@pytest.fixture
def folder(tmp_path):
    home = Path(__file__).resolve().parents[1]
    places = [str(home / "grading" / "judging" / "exam.py"), str(home / "assignments"), "/etc/passwd"]
    (tmp_path / "m.py").write_text(f"PLACES = {places!r}\n{MODULE}")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "helper.py").write_text("def five(): return 5\n")
    tmp_path.chmod(0o755)
    return tmp_path


@pytest.fixture(params=WALLS)
def session(request, folder):
    files = {"m": "m.py", "helper": "deep/helper.py"}
    with Session(folder, files, choose_sandbox(request.param), LIMITS) as session:
        yield session


def test_calls_return_what_the_function_returns(session):
    module = session.load("m")
    assert np.array_equal(module.call("double", np.arange(3.0), extra=1), [1, 3, 5])
    total, (x, rest) = module.call("pair", np.ones((2, 2)))
    assert total == 4
    assert np.array_equal(x, np.ones((2, 2)))
    assert rest["t"][1] is None
    assert b"doubling 3" in session.printed
    assert session.seconds > 0


def test_objects_stay_in_the_box_and_keep_their_state(session):
    counter = session.load("m").make("Counter", start=5)
    assert counter.call("add", 2) == 7
    assert counter.get("n") == 7
    counter.set("n", 1)
    assert counter.call("add", 1) == 2
    assert counter.has("add")
    assert not counter.has("subtract")
    assert session.load("m").make("pair", np.ones(2)).item(1).item(1).item("t").fetch()[1] is None


def test_an_array_in_the_box_shows_when_it_is_changed(session):
    x = np.ones(3)
    remote = session.put(x)
    session.load("m").call("mutate", remote)
    assert np.array_equal(remote.fetch(), np.zeros(3))
    assert np.array_equal(x, np.ones(3))


def test_what_the_courses_own_package_is_asked_for(session):
    module = session.load("m")
    assert module.call("five") == 5
    assert module.call("again") == 5
    with pytest.raises(SubmissionError, match="is not part of this assignment"):
        module.call("missing_helper")


def test_exceptions_name_the_line_and_the_box_goes_on(session):
    module = session.load("m")
    with pytest.raises(SubmissionError, match=r"ValueError in line \d+ of m.py: bad 3") as caught:
        module.call("boom", 3)
    assert caught.value.type == "ValueError"
    with pytest.raises(SubmissionError, match="EOFError"):
        module.call("ask")
    with pytest.raises(SubmissionError, match="AttributeError"):
        module.call("absent")
    assert module.call("double", np.ones(1)) == 2


def test_draws_are_the_same_in_every_box(session):
    np.random.seed(231)  # noqa: NPY002
    assert np.array_equal(session.load("m").call("draw"), np.random.rand(3))  # noqa: NPY002


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("loop", "time"),
        ("deaf", "time"),
        ("leave", "crash"),
        ("crash", "crash"),
        ("talk", "output"),
        ("huge", "protocol"),
        ("forge", "protocol"),
    ],
)
def test_what_goes_too_far_is_stopped_and_stays_stopped(session, function, reason):
    module = session.load("m")

    def go_too_far():
        module.call(function)
        module.call("double", np.ones(1))

    with pytest.raises(Stopped) as caught:
        go_too_far()
    assert caught.value.reason == reason
    with pytest.raises(Stopped):
        module.call("double", np.ones(1))
    assert not psutil.pid_exists(session._box.process.pid)


def test_memory_is_refused(session):
    with pytest.raises((SubmissionError, Stopped), match="memory"):
        session.load("m").call("eat")


def test_memory_that_no_limit_of_the_process_counts_is_found_by_looking(session):
    with pytest.raises(Stopped, match="GB of memory") as caught:
        session.load("m").call("gobble")
    assert caught.value.reason == "memory"


@pytest.mark.parametrize(("more", "reason"), [(1, "memory"), (0, "crash")])
def test_who_is_killed_ran_out_of_memory_if_the_kernel_says_so(session, monkeypatch, tmp_path, more, reason):
    counted = session_module._out_of_memory_kills()
    (tmp_path / "vmstat").write_text(f"nr_free_pages 7\noom_kill {counted + more}\n")
    monkeypatch.setattr(session_module, "VMSTAT", tmp_path / "vmstat")
    with pytest.raises(Stopped) as caught:
        session.load("m").call("die")
    assert caught.value.reason == reason


@pytest.mark.parametrize("function", ["loop", "defy"])
def test_processor_time_is_counted_even_by_who_ignores_its_signal(folder, function):
    limits = replace(LIMITS, seconds=30, cpu_seconds=2)
    with Session(folder, {"m": "m.py", "helper": "deep/helper.py"}, choose_sandbox(False), limits) as session:
        module = session.load("m")
        with pytest.raises(Stopped, match="more than 2 s of processor time") as caught:
            module.call(function)
    assert caught.value.reason == "time"


@pytest.mark.skipif(not Path("/proc/thread-self/schedstat").exists(), reason="the system does not say who waits")
def test_who_waits_for_a_processor_is_not_stopped_and_who_rests_is(folder):
    """One processor for a box and six processes that do nothing but compute."""
    limits, mine = replace(LIMITS, seconds=1.5), os.sched_getaffinity(0)
    burners = []
    try:
        os.sched_setaffinity(0, {min(mine)})
        burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(6)]
        with Session(folder, {"m": "m.py", "helper": "deep/helper.py"}, choose_sandbox(False), limits) as session:
            module = session.load("m")
            used = session.processor_seconds()
            assert module.call("work", used + 1.0) == 1
            assert session.seconds > limits.seconds  # it did wait
            with pytest.raises(Stopped, match=r"stopped after 1\.5 s") as caught:
                module.call("rest")
        assert caught.value.reason == "time"
    finally:
        os.sched_setaffinity(0, mine)
        for process in burners:
            process.kill()
            process.wait()


def test_what_is_granted_for_waiting_has_an_end(folder, monkeypatch):
    """A box that makes its threads wait for each other gets no more than so many times its seconds."""
    started = time.monotonic()
    monkeypatch.setattr(session_module, "waiting_seconds", lambda pid: 2 * (time.monotonic() - started))
    limits = replace(LIMITS, seconds=0.5)
    with Session(folder, {"m": "m.py", "helper": "deep/helper.py"}, choose_sandbox(False), limits) as session:
        module = session.load("m")
        with pytest.raises(Stopped, match=r"stopped after 0\.5 s"):
            module.call("rest")


def test_processes_left_behind_end_with_the_box(session):
    assert session.load("m").call("daemon") == 1
    await_sleepers(True)  # a new process is there before its command line
    session.close()
    await_sleepers(False)


def await_sleepers(alive: bool) -> None:
    """Wait until there is a process of `daemon`, or none that still runs."""
    sleeper = "import time; time.sleep(54321)"
    deadline = time.monotonic() + 60
    while alive != any(
        sleeper in " ".join(p.info["cmdline"] or []) and p.info["status"] != psutil.STATUS_ZOMBIE
        for p in psutil.process_iter(["cmdline", "status"])
    ):
        assert time.monotonic() < deadline, "no process came" if alive else "a process survived its box"
        time.sleep(0.1)


def test_what_comes_out_is_never_an_object(session):
    assert isinstance(session.load("m").get("Counter"), Opaque)


@pytest.mark.skipif(bubblewrap_problem() is not None, reason=str(bubblewrap_problem()))
def test_the_wall_hides_tests_solutions_and_the_network(folder, open_port):
    with Session(folder, {"m": "m.py", "helper": "deep/helper.py"}, choose_sandbox(True), LIMITS) as session:
        module = session.load("m")
        assert module.call("places") == [False, False, False]
        with pytest.raises(SubmissionError):
            module.call("sockets", open_port)
        with pytest.raises(SubmissionError, match=r"Read-only|Permission"):
            module.call("write", "/submission/x")
        with pytest.raises(SubmissionError, match=r"Read-only|Permission"):
            module.call("write", "/box/runner.py")
        assert module.call("write", "/tmp/x") == 1
    assert not os.path.exists(folder / "x")


@pytest.fixture
def open_port():
    """A server on the host that a submission must not reach."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_wall_that_is_asked_for_and_cannot_be_had_is_an_error(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    bubblewrap_problem.cache_clear()
    try:
        with pytest.raises(RuntimeError, match="apt install bubblewrap"):
            choose_sandbox(True)
        assert not choose_sandbox().isolated
    finally:
        monkeypatch.undo()
        bubblewrap_problem.cache_clear()
