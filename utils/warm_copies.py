"""What `utils/warm.py` starts: `serve` imports and gives copies of itself; `ask` asks for one and ends as it ended.

Both are programs of their own. `ask` imports little, since it is what remains of the start of a program.
"""

import builtins
import json
import os
import signal
import socket
import sys

#: First line of an answer from a source that gives no copies.
NONE = b"none\n"


def wanted(arguments):
    """(warnings, unbuffered, module, words) of a call that runs a file or a module; None for other calls."""
    words, noted, unbuffered = list(arguments), [], False
    while words[:1] == ["-u"] or (words[:1] == ["-W"] and len(words) > 1):
        if words.pop(0) == "-u":
            unbuffered = True
            continue
        noted.append(words.pop(0))
        action, _, category = noted[-1].partition("::")
        if not action.isalpha() or not hasattr(builtins, category or "Warning"):
            return None
    module = words[:1] == ["-m"]
    words = words[1:] if module else words
    if not words or words[0].startswith("-") or not (module or os.path.isfile(words[0])):
        return None
    return noted, unbuffered, module, words


def ask(place, arguments):
    """Have a copy run the program that `python3 arguments` would run, and end as that does."""
    program = wanted(arguments)
    if program is not None:
        with socket.socket(socket.AF_UNIX) as source:
            try:
                source.connect(place)
                socket.send_fds(source, [b"\n"], [0, 1, 2])
                source.sendall(json.dumps([program, os.getcwd(), dict(os.environ)]).encode() + b"\n")
                answer = source.makefile("rb").readline()
            except OSError:
                answer = NONE
            if answer != NONE:
                end(int(answer or -signal.SIGKILL))
    os.execv(sys.executable, [sys.executable, *arguments])


def end(status):
    """End with an exit status, or by the signal that it stands for."""
    if status < 0:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if -status in (signal.SIGINT, signal.SIGPIPE):  # those that Python handles
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


def serve(listener, modules):
    """Import, then give copies until the standard input is closed; in a copy, return the program to run."""
    import importlib
    import select

    for name in modules:
        importlib.import_module(name)
    alone = len(os.listdir("/proc/self/task")) == 1
    while True:
        ready, _, _ = select.select([listener, 0], [], [])
        # asked for how they ended, so that their processor time counts as this process's
        while waited(0 if 0 in ready else os.WNOHANG):
            pass
        if 0 in ready:
            os._exit(0)
        caller, _ = listener.accept()
        if not alone:
            caller.sendall(NONE)
        elif os.fork() == 0:
            listener.close()
            return kept(caller)
        caller.close()


def waited(options):
    """Whether a child has ended that had not been asked for; without WNOHANG, it is waited for."""
    try:
        return os.waitpid(-1, options)[0] != 0
    except ChildProcessError:
        return False


def kept(caller):
    """In a copy of its own for each caller: look after the program; return, in the program, what to run."""
    import select

    _, streams, _, _ = socket.recv_fds(caller, 1, 3)
    program, folder, environment = json.loads(caller.makefile("rb").readline())
    copy = os.fork()
    if copy == 0:
        os.setsid()
        caller.close()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        return program
    for stream in streams:
        os.close(stream)
    ended = os.pidfd_open(copy)
    ready, _, _ = select.select([ended, caller, 0], [], [])
    try:
        os.killpg(copy, signal.SIGKILL)  # also what it has left running
    except ProcessLookupError:  # it has not come as far as its own group
        os.kill(copy, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1])
    if ended in ready:
        caller.sendall(b"%d\n" % status)
    os._exit(0)


def run(program):
    """Run a file or a module as Python does that has just started."""
    import io
    import runpy
    import types
    import warnings

    noted, unbuffered, module, words = program
    for option in noted:
        action, _, category = option.partition("::")
        warnings.simplefilter(action, getattr(builtins, category or "Warning"))
        sys.warnoptions.append(option)
    if unbuffered:
        raw = io.FileIO(1, "w", closefd=False)
        sys.stdout = io.TextIOWrapper(raw, sys.stdout.encoding, sys.stdout.errors, write_through=True)
    if "numpy" in sys.modules:  # each program has draws of its own
        sys.modules["numpy"].random.seed()
    sys.argv = words
    if module:
        sys.path[0] = os.getcwd()
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
        return
    path = os.path.abspath(words[0])
    sys.path[0] = os.path.dirname(path)
    main = types.ModuleType("__main__")
    main.__file__ = path
    sys.modules["__main__"] = main
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec")
    exec(code, vars(main))


if __name__ == "__main__":
    if sys.argv[1] == "ask":
        ask(sys.argv[2], sys.argv[3:])
    run(serve(socket.socket(fileno=int(sys.argv[2])), sys.argv[3:]))
