"""A cluster of one node: jobs run, several at once, nothing outlives the process that started it."""

import json
import os
import shutil
import signal
import site
import subprocess
import sys
import time
from pathlib import Path

import pytest

from book.order import ROOT
from utils import missing, slurm, terminal
from utils.keeper import descendants
from utils.missing import NotRun, ToolMissing, missing_line
from utils.slurm import CLIENTS, DAEMONS, SYSTEM, Cluster, ClusterFailed, free_ports, name_of, own_address

ABSENT = [
    name for name in (*CLIENTS, *DAEMONS) if not shutil.which(name) and not (shutil.which(name, path=SYSTEM))
]  # fmt: skip
installed = pytest.mark.skipif(
    bool(ABSENT) and os.environ.get(missing.EVERY_TOOL) != "1",
    reason=missing_line(ABSENT) if ABSENT else "",
)


@pytest.fixture(autouse=True)
def shown(monkeypatch):
    """What was displayed, which no test looks at."""
    monkeypatch.setattr(terminal, "display", lambda *_given, **_named: None)


@pytest.fixture(scope="module")
def cluster():
    with Cluster(cpus=2) as cluster:
        yield cluster


def daemons(folder) -> list[int]:
    """Numbers of the processes whose environment or command names a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            told = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue
        if os.fsencode(folder) in told and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


def soon(what, seconds: float = 120) -> bool:
    late = time.monotonic() + seconds
    while not what() and time.monotonic() < late:
        time.sleep(0.05)
    return bool(what())


@installed
def test_a_job_runs_and_its_end_is_known(cluster):
    cluster.write("job.sh", '#!/bin/bash\necho "$SLURMD_NODENAME $SLURM_CPUS_ON_NODE"\nexit 3\n')
    sent = cluster("sbatch --parsable -c 2 -o out job.sh")
    number = sent.output.strip()
    job = cluster.wait({number: "FAILED"})[number]
    assert job["ExitCode"] == "3:0"
    assert cluster("cat out").output == "node1 2\n"
    assert soon(
        lambda: f"{number} FAILED 3:0" in " ".join(cluster("sacct -n -c -o JobID,State,ExitCode").output.split())
    )


@installed
def test_states_with_reasons_are_awaited_and_arrays_have_names(cluster):
    number = cluster("sbatch --parsable -J many -a 1-3%1 --wrap 'sleep 600'").output.strip()
    cluster.wait({f"{number}_1": "RUNNING", f"{number}_[2-3%1]": "PENDING JobArrayTaskLimit"})
    with pytest.raises(ClusterFailed, match=r"after 0\.3 s jobs are .*RUNNING"):
        cluster.wait({f"{number}_1": "COMPLETED"}, seconds=0.3)
    assert cluster.jobs()[f"{number}_1"]["JobState"] == "RUNNING"  # nobody has waited for its end
    cluster(f"scancel {number}")
    cluster.wait({"many_1": "CANCELLED"})
    again = [cluster(f"sbatch --parsable -H -J 'one more' --wrap 'sleep {k}'").output.strip() for k in range(2)]
    assert cluster.wait({"one more": "PENDING JobHeldUser"})["one more"]["JobId"] == again[-1]
    with pytest.raises(ClusterFailed, match=r"jobs are \{\}"):
        cluster.wait({"9999": "RUNNING"}, seconds=0)


def test_names_of_jobs():
    assert name_of({"JobId": "7"}) == "7"
    assert name_of({"JobId": "9", "ArrayJobId": "7", "ArrayTaskId": "2"}) == "7_2"
    assert name_of({"JobId": "7", "ArrayJobId": "7", "ArrayTaskId": "3-9%2"}) == "7_[3-9%2]"


@installed
def test_two_clusters_know_nothing_of_each_other(cluster):
    cluster("sbatch -H --wrap true")
    with Cluster(scheduler="builtin") as other:
        assert other("squeue -h").output == ""
        assert "sched/builtin" in other("scontrol show config | grep SchedulerType").output
        assert "CPUTot=4" in other("scontrol show node").output
        folder = other._root
        assert len(daemons(folder)) >= 3
    assert not folder.exists()
    assert daemons(folder) == []
    other.close()


@installed
@pytest.mark.skipif(own_address() is None, reason="the name of this machine does not lead to a loopback address")
def test_it_listens_on_the_loopback_only(cluster):
    ports = {f"{int(line.split('=')[1]):04X}" for line in slurm_conf(cluster) if "Port=" in line}
    assert len(ports) == 2
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = {row[1].split(":")[1]: row[1].split(":")[0] for row in rows if row[3] == "0A"}
    assert {listening[port][-2:] for port in ports} == {"7F"}  # the first byte of the address is the last one here


def slurm_conf(cluster) -> list[str]:
    return Path(cluster.variables["SLURM_CONF"]).read_text().splitlines()


PROGRAM = """
import sys, time
from utils.slurm import Cluster
slurm = Cluster(cpus=2)
slurm.write("job.sh", "#!/bin/bash\\nsetsid sleep 600 & sleep 600\\n")
slurm("sbatch job.sh", shown=False)
slurm.wait({"1": "RUNNING"})
print(slurm._root, flush=True)
time.sleep(600 if sys.argv[1:] else 0)
"""


SETTINGS = {
    "env": os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), *site.getsitepackages())), "PYTHONUNBUFFERED": "1"},
    "cwd": ROOT,
    "stdout": subprocess.PIPE,
    "text": True,
}


def started(*argv, python=(sys.executable,)):
    return subprocess.Popen([*python, "-B", "-c", PROGRAM, *argv], **SETTINGS)


@installed
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_a_killed_process(how):
    process = started("stay")
    folder = process.stdout.readline().strip()
    running = daemons(folder)
    assert len(running) >= 5  # keeper, three daemons, a job's step and its programs
    process.send_signal(how)
    process.wait()
    assert soon(lambda: not daemons(folder))
    assert not (Path(folder) / "slurm").exists()
    shutil.rmtree(folder, ignore_errors=True)


@installed
def test_nothing_outlives_a_program_that_ends():
    process = started()
    folder = process.stdout.readline().strip()
    assert process.wait(60) == 0
    assert not Path(folder).exists()
    assert daemons(folder) == []


@installed
@pytest.mark.parametrize("name", ["odd_host", "-a b", "no.such.example", "h" * 63])
def test_a_machine_whose_name_leads_nowhere(name):
    rename = ["unshare", "--uts", sys.executable, "-c", "import os, socket, sys; socket.sethostname(sys.argv[1])"]
    if not shutil.which("unshare") or subprocess.run([*rename, name], stderr=subprocess.DEVNULL).returncode:
        pytest.skip("the name of the machine can be tried only by root, with unshare")
    rename[-1] += "; os.execv(sys.executable, [sys.executable, *sys.argv[2:]])"
    process = started(python=(*rename, name))
    folder = process.stdout.readline().strip()
    assert process.wait(60) == 0
    assert folder
    assert daemons(folder) == []


@installed
def test_a_machine_without_a_network():
    alone = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    if not shutil.which("unshare") or subprocess.run([*alone, "true"], stderr=subprocess.DEVNULL).returncode:
        pytest.skip("a machine without a network can be tried only by root, with unshare and ip")
    process = started(python=(*alone, sys.executable))
    folder = process.stdout.readline().strip()
    assert process.wait(60) == 0
    assert folder
    assert daemons(folder) == []


@pytest.mark.parametrize(("leads", "found"), [("127.0.1.1", "127.0.1.1"), ("172.17.0.2", None)])
def test_an_address_of_the_loopback(monkeypatch, leads, found):
    monkeypatch.setattr("socket.getaddrinfo", lambda *_given, **_named: [(2, 1, 6, "", (leads, 0))])
    assert own_address() == found


def python_of_another_user() -> list[str]:
    """How to run a Python with all that this one has as the user nobody; skips the test where that cannot be."""
    if os.getuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("another user can be tried only by root, with setpriv")
    change = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env"]
    for python in (sys.executable, "/usr/bin/python3"):  # the first may lie in root's home
        nested = f"import subprocess, IPython, utils.slurm; subprocess.run([{python!r}, '-c', ''], check=True)"
        if subprocess.run([*change, python, "-B", "-c", nested], **SETTINGS, stderr=subprocess.DEVNULL).returncode == 0:
            return [*change, python]
    pytest.skip("no Python that another user may run has what the book needs")


@installed
def test_an_ordinary_user_needs_no_rights():
    process = started(python=python_of_another_user())
    folder = process.stdout.readline().strip()
    assert process.wait(60) == 0
    assert folder
    assert daemons(folder) == []


@installed
def test_a_folder_with_a_long_name(monkeypatch, tmp_path):
    deep = tmp_path / ("x" * 90)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with Cluster() as cluster:
        folder = Path(cluster.variables["SLURM_CONF"]).parent
        assert not folder.is_relative_to(deep)
        assert cluster("sinfo -h -o %t").output == "idle\n"
    assert not folder.exists()


@installed
def test_a_daemon_that_cannot_start_says_why(monkeypatch):
    monkeypatch.setattr(slurm, "CONFIGURATION", slurm.CONFIGURATION + "Nonsense=1\n")
    with pytest.raises(ClusterFailed, match=r"slurmctld ended with status 1\n(.*\n)*.*Nonsense"):
        Cluster()
    monkeypatch.undo()
    monkeypatch.setattr(slurm, "DAEMONS", ("true", "slurmctld", "slurmd"))
    with pytest.raises(ClusterFailed, match="munged ended with status 0"):
        Cluster()


def test_without_slurm_each_call_says_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(slurm, "SYSTEM", str(tmp_path))
    monkeypatch.delenv(missing.EVERY_TOOL, raising=False)
    with Cluster() as cluster:
        assert isinstance(cluster("sinfo"), NotRun)
        assert isinstance(cluster.wait({"1": "RUNNING"}), NotRun)
        assert isinstance(cluster.jobs(), NotRun)
        assert "munge" in missing.packages(cluster.missing())
        assert "munged" not in missing.packages(cluster.missing())
    monkeypatch.setenv(missing.EVERY_TOOL, "1")
    with pytest.raises(ToolMissing):
        Cluster()


def test_ports_are_free_and_different():
    assert len(set(free_ports(20))) == 20


def test_a_keeper_kills_daemons_that_left_it(tmp_path):
    folder = tmp_path / "kept"
    folder.mkdir()
    keeper = subprocess.Popen(
        [sys.executable, str(ROOT / "utils/keeper.py"), str(folder)], stdin=subprocess.PIPE, start_new_session=True
    )
    fork = "import os, time; os.fork() and os._exit(3); os.setsid(); os.fork() and os._exit(0); time.sleep(600)"
    for name, argv in (("daemon", [sys.executable, "-c", fork]), ("nowhere", ["/no/such/program"])):
        line = {"name": name, "argv": argv, "env": dict(os.environ), "cwd": "/"}
        keeper.stdin.write(json.dumps(line).encode() + b"\n")
        keeper.stdin.flush()
    assert soon((folder / "daemon.status").exists)
    assert (folder / "daemon.status").read_text() == "3\n"
    assert soon((folder / "nowhere.status").exists)
    assert "No such file" in (folder / "nowhere.log").read_text()
    assert soon(lambda: len(descendants(keeper.pid)) == 1)
    (daemon,) = descendants(keeper.pid)
    keeper.stdin.close()
    assert keeper.wait(20) == 0
    assert not Path(f"/proc/{daemon}").exists()
    assert not folder.exists()
