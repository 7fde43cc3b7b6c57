"""A cluster of one node on this machine, run by the real Slurm, for as long as a chapter needs it.

    slurm = Cluster(cpus=4)                          # munged, slurmctld and slurmd, of its own
    sent = slurm("sbatch job.sh")                    # a Terminal whose commands speak to this cluster
    slurm.wait({"1": "COMPLETED"})

It needs Debian's slurmctld, slurmd, slurm-client and munge, and no rights: daemons and jobs run as whoever starts them,
if that user has a name. Everything that it writes, its configuration, key, socket, logs and state, lies in the
terminal's temporary folder; its two ports are free ones, so that several clusters run at once. They are open to this
machine alone where its name leads to a loopback address; where it leads elsewhere or nowhere, Slurm, which knows no
third way, opens them to all, and the cluster's own key keeps others out. The node is called node1, and says that it has
as many processors as asked for, whatever the machine has.

`close`, the end of the kernel, or its death, stops all daemons and jobs (`utils/keeper.py`). On a machine without
Slurm nothing starts, and each call says what is missing, as a `Terminal` does.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from utils.missing import NotRun
from utils.terminal import Terminal

__all__ = ["Cluster", "ClusterFailed"]

CLIENTS = ("sacct", "sbatch", "scancel", "scontrol", "sinfo", "squeue")
DAEMONS = ("munged", "slurmctld", "slurmd")
#: Where daemons lie on a machine on whose PATH ordinary users do not have them.
SYSTEM = "/usr/local/sbin:/usr/sbin:/sbin"
#: Seconds until the node must be idle.
PATIENCE = 30
#: Bytes that the path of a Unix socket may have, with room for a lock's ending.
LONGEST = 90
#: Ways to do without control groups, which not every machine lets one make: what later versions offer, then what
#: earlier ones do, whose first plugin asks for none before a job needs them; at last what Slurm takes by itself.
CGROUP_PLUGINS = ("disabled", "cgroup/v1", "autodetect")
KEEPER = Path(__file__).with_name("keeper.py")

#: Has daemons listen at the address alone to which the machine's name leads.
CLOSED = "NoInAddrAny,NoCtldInAddrAny"
#: Has Slurm look for addresses of both kinds: without a network, the C library finds none if it may look for one kind.
BOTH_KINDS = "EnableIPv6"
CONFIGURATION = """\
ClusterName=book
SlurmctldHost=localhost({address})
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
{communication}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/{scheduler}
SchedulerParameters=bf_interval=1,batch_sched_delay=0
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/completed.txt
SlurmdParameters=config_overrides
MpiDefault=none
ReturnToService=2
KillWait=2
MinJobAge=3600
NodeName=node1 NodeAddr={address} NodeHostname=localhost CPUs={cpus} RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES DefaultTime=10 MaxTime={longest} State=UP
"""


class ClusterFailed(RuntimeError):
    """A daemon does not run, or a job is not what it should be in time; the message holds the end of the log."""


class Cluster(Terminal):
    """A terminal on a cluster of one node.

    Parameters
    ----------
    cpus : int
        Processors that the node says it has.
    scheduler : {"backfill", "builtin"}
        Slurm's own two: the second starts jobs in the order of their priorities and no other.
    longest : int
        Minutes that a job of the partition may ask for.

    Raises
    ------
    ClusterFailed
        A daemon ended, or the node was not idle in time.
    ToolMissing
        A program is missing, and EER_EVERY_TOOL=1 asks for every one.
    """

    def __init__(self, cpus: int = 4, scheduler: str = "backfill", longest: int = 60):
        programs = [shutil.which(name) or shutil.which(name, path=SYSTEM) or name for name in DAEMONS]
        super().__init__(*CLIENTS, *programs)
        self._keeper: subprocess.Popen | None = None
        self._folder: Path | None = None
        if not self.has():
            return
        try:
            self._start(programs, {"cpus": cpus, "scheduler": scheduler, "longest": longest})
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_raised) -> None:
        self.close()

    def jobs(self) -> dict[str, dict[str, str]] | NotRun:
        """What `scontrol show job` says of each job, by the number that `squeue` shows, such as "3" or "4_1"."""
        if not self.has():
            return NotRun(self.missing())
        told = self._ask("scontrol", "show", "job", "--oneliner")
        found = [dict(re.findall(r"(\S+?)=(.*?)(?=\s+\S+?=|\s*$)", line)) for line in told.splitlines() if "=" in line]
        return {name_of(fields): fields for fields in sorted(found, key=lambda fields: int(fields["JobId"]))}

    def wait(self, states: Mapping[str, str], seconds: float = 60) -> dict[str, dict[str, str]] | NotRun:
        """Wait until some jobs are in the states given.

        Parameters
        ----------
        states : dict
            A job's number, or the name of the last one called so, to its state, such as "FAILED", or to state and
            reason, "PENDING Resources". A task of an array is "4_1", or "name_1".
        seconds : float
            How long that may take.

        Returns
        -------
        dict, or NotRun where Slurm is missing
            What Slurm says of each of them.

        Raises
        ------
        ClusterFailed
            They are not in time.
        """
        if not self.has():
            return NotRun(self.missing())
        late = time.monotonic() + seconds
        while True:
            jobs = self.jobs()
            named = {
                name_of(fields | {part: fields["JobName"] for part in NUMBERS}): fields for fields in jobs.values()
            }
            jobs = named | jobs
            seen = {name: " ".join((jobs[name]["JobState"], jobs[name]["Reason"])) for name in states if name in jobs}
            if all(f"{seen.get(name)} ".startswith(f"{wanted} ") for name, wanted in states.items()):
                return {name: jobs[name] for name in states}
            if time.monotonic() > late:
                raise ClusterFailed(f"after {seconds:g} s jobs are {seen}, expected {dict(states)}\n{self._tail()}")
            time.sleep(0.1)

    def close(self) -> None:
        """Stop daemons and jobs, then remove the folder. A second time it does nothing."""
        if self._keeper is not None:
            keeper, self._keeper = self._keeper, None
            with contextlib.suppress(OSError):
                keeper.stdin.close()
            try:
                keeper.wait(20)
            except subprocess.TimeoutExpired:
                keeper.kill()
                keeper.wait()
        super().close()

    def missing(self) -> list[str]:
        """The names of the programs that are not here."""
        return [Path(name).name for name in self._needs if shutil.which(name) is None]

    def _start(self, programs: list[str], settings: dict) -> None:
        self._folder = folder = self._make_folder()
        for part in ("state", "spool"):
            (folder / part).mkdir(mode=0o700)
        key = folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_bytes(128))
        settings |= {"folder": folder, "user": os.getuid(), "ports": free_ports(2)}
        own = own_address()
        said = ",".join([CLOSED] * (own is not None) + [BOTH_KINDS] * (not has_network()))
        settings |= {"address": own or "127.0.0.1", "communication": f"CommunicationParameters={said}" if said else ""}
        (folder / "slurm.conf").write_text(CONFIGURATION.format(**settings), "utf-8")
        self.variables["SLURM_CONF"] = str(folder / "slurm.conf")
        with (folder / "keeper.log").open("wb") as log:
            self._keeper = subprocess.Popen(
                [sys.executable, "-I", str(KEEPER), str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        munged, slurmctld, slurmd = programs
        files = {"socket": "munge.socket", "key-file": "munge.key", "pid-file": "munge.pid"}
        files |= {"log-file": "munge.log", "seed-file": "munge.seed"}
        named = [f"--{option}={folder / file}" for option, file in files.items()]
        self._keep("munged", munged, "--foreground", "--force", *named)
        self._until("munged", (folder / "munge.socket").exists)
        self._keep("slurmctld", slurmctld, "-D")
        for plugin in CGROUP_PLUGINS:
            (folder / "cgroup.conf").write_text(f"CgroupPlugin={plugin}\n", "utf-8")
            self._keep("slurmd", slurmd, "-D", "-N", "node1")
            try:
                self._until("slurmd", lambda: self._ask("sinfo", "-h", "-o", "%t") == "idle\n")
                return
            except ClusterFailed:
                refused = "cgroup" in (folder / "slurmd.log").read_text("utf-8", "replace")
                if plugin == CGROUP_PLUGINS[-1] or not refused:
                    raise
                (folder / "slurmd.status").unlink(missing_ok=True)

    def _make_folder(self) -> Path:
        """A folder below the terminal's, or where that has too long a path for a socket, in /tmp."""
        folder = self._root / "slurm"
        if len(os.fsencode(folder / "munge.socket")) > LONGEST:
            return Path(tempfile.mkdtemp(prefix="slurm-", dir="/tmp"))
        folder.mkdir(mode=0o700)
        return folder

    def _keep(self, name: str, *argv: str) -> None:
        wanted = {"name": name, "argv": argv, "env": self.environment(), "cwd": str(self._folder)}
        try:
            self._keeper.stdin.write(json.dumps(wanted).encode() + b"\n")
            self._keeper.stdin.flush()
        except OSError:
            raise ClusterFailed(f"{name} was not started\n{self._tail()}") from None

    def _until(self, name: str, ready) -> None:
        late = time.monotonic() + PATIENCE
        while not ready():
            for status in sorted(self._folder.glob("*.status")):
                raise ClusterFailed(f"{status.stem} ended with status {status.read_text().strip()}\n{self._tail()}")
            if time.monotonic() > late or self._keeper.poll() is not None:
                raise ClusterFailed(f"{name} was not ready after {PATIENCE} s\n{self._tail()}")
            time.sleep(0.05)

    def _ask(self, *argv: str) -> str:
        """What a command of Slurm writes, unseen."""
        try:
            ran = subprocess.run(argv, env=self.environment(), capture_output=True, text=True, timeout=20)
        except subprocess.TimeoutExpired:
            return ""
        return ran.stdout

    def _tail(self, lines: int = 8) -> str:
        """The last lines of each log."""
        logs = sorted(self._folder.glob("*.log"))
        ends = {path.stem: path.read_text("utf-8", "replace").splitlines()[-lines:] for path in logs}
        return "\n".join(f"{name}: {line}" for name, end in ends.items() for line in end)


#: Fields that hold the number of a job, or of the array to which it belongs.
NUMBERS = ("JobId", "ArrayJobId")


def name_of(fields: Mapping[str, str]) -> str:
    """The number of a job as `squeue` shows it."""
    if "ArrayTaskId" not in fields:
        return fields["JobId"]
    task = fields["ArrayTaskId"]
    return f"{fields['ArrayJobId']}_{task if task.isdigit() else f'[{task}]'}"


def own_address() -> str | None:
    """The loopback address to which this machine's name leads, or None where it does not lead to one."""
    try:
        kinds = socket.AF_INET if has_network() else socket.AF_UNSPEC
        found = socket.getaddrinfo(socket.gethostname(), None, kinds)[0][4][0]
    except (OSError, UnicodeError):
        return None
    return found if found.startswith("127.") else None


def has_network() -> bool:
    """Whether this machine has an IPv4 address beside 127.0.0.1, without which Slurm's look-ups find none."""
    try:
        socket.getaddrinfo("127.0.0.1", None, socket.AF_INET, flags=socket.AI_ADDRCONFIG)
    except OSError:
        return False
    return True


def free_ports(count: int) -> list[int]:
    """Ports on which nobody listens at any address, each another one."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("", 0))
        return [each.getsockname()[1] for each in sockets]
