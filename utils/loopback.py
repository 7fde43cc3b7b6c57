"""Web sites of a chapter's own: names that end in .test, which lead to a server in this process, and nowhere else.

    clock = Clock()                                       # a time that passes only when somebody says so
    web = Sites({"kiosk.test": answer}, clock)            # a function from Request to Answer for each name
    urllib.request.urlopen("http://kiosk.test/").read()   # asks it, as any client of Python's would
    web.close()

While sites are open, names are looked up in their list alone, as if it were the machine's file of hosts and the machine
had no network: any other name, and any address but the loopback's, is answered as one that does not exist. A proxy that
the environment names is not asked. `close`, or the end of the process, stops the server, and names are looked up as
before. The top-level domain .test is reserved for such use (RFC 6761).
"""

from __future__ import annotations

import atexit
import os
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

__all__ = ["Answer", "Clock", "Request", "Sites"]

#: Monday, 5 January 2026, 9:00 UTC, in seconds since 1970: where a clock begins.
MORNING = 1767603600.0
#: Where the server listens, and the only other names that are looked up.
HERE = "127.0.0.1"
LOOPBACK = (HERE, "localhost", "::1")
#: Environment variables that say which hosts are reached without a proxy.
NO_PROXY = ("no_proxy", "NO_PROXY")


class Clock:
    """A time that passes only by `sleep`, which returns at once.

    Attributes
    ----------
    now : float
        Seconds since 1970.
    """

    def __init__(self, now: float = MORNING):
        self.now = now

    def sleep(self, seconds: float) -> None:
        """Let time pass.

        Raises
        ------
        ValueError
            Less than no time, or no number.
        """
        if not seconds >= 0:
            raise ValueError(f"Clock.sleep takes seconds that are not negative, found {seconds!r}")
        self.now += seconds


@dataclass(frozen=True)
class Request:
    """What a client has asked.

    Attributes
    ----------
    method, host, target : str
        GET or POST; the name of the site, without port; the address below it, as it came.
    headers : dict
        By names in lower case.
    body : bytes
    """

    method: str
    host: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The path, percent signs resolved."""
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        """What stands behind the question mark, by names."""
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form that was sent."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace")))

    @property
    def cookies(self) -> dict[str, str]:
        """Cookies that the client has sent, by names."""
        return {name: morsel.value for name, morsel in SimpleCookie(self.headers.get("cookie", "")).items()}


@dataclass(frozen=True)
class Answer:
    """What a site answers.

    Attributes
    ----------
    body : str or bytes
        Text is sent as UTF-8.
    status : int
    headers : dict
        More headers; Content-Type is UTF-8 HTML if it is not among them, and not sent where it is None.
    silent : bool
        Say nothing, and wait until the client goes.
    """

    body: str | bytes = ""
    status: int = 200
    headers: Mapping[str, str | None] = field(default_factory=dict)
    silent: bool = False


class Sites:
    """Sites that are served until `close`.

    Parameters
    ----------
    answers : dict
        For each name, which ends in .test, a function from `Request` to `Answer`.
    clock : Clock
        Says the date that answers bear.

    Attributes
    ----------
    log : list of (Request, int)
        What was asked, in order, with the status of the answer (0 where none was given).

    Raises
    ------
    ValueError
        A name does not end in .test.
    RuntimeError
        Other sites are open.
    """

    _open: Sites | None = None

    def __init__(self, answers: Mapping[str, Callable[[Request], Answer]], clock: Clock):
        self.answers = {_ascii(name): answer for name, answer in answers.items()}
        if wrong := [name for name in self.answers if not name.endswith(".test")]:
            raise ValueError(f"Sites: names end in .test, which nobody owns; found {wrong}")
        if Sites._open is not None:
            raise RuntimeError("Sites: others are open; close them first")
        self.clock = clock
        self.log: list[tuple[Request, int]] = []
        self._server = ThreadingHTTPServer((HERE, 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self._look_up = socket.getaddrinfo
        socket.getaddrinfo = self._names
        self._environment = {name: os.environ.get(name) for name in NO_PROXY}
        os.environ.update(dict.fromkeys(NO_PROXY, "*"))
        Sites._open = self
        atexit.register(self.close)

    def _names(self, host, port, *arguments, **named):
        """`socket.getaddrinfo`, for these sites and this machine alone."""
        name = _ascii(host.decode("ascii") if isinstance(host, bytes) else host or HERE)
        if name in self.answers:
            return self._look_up(HERE, self._server.server_address[1], socket.AF_INET, socket.SOCK_STREAM)
        if name in LOOPBACK:
            return self._look_up(name, port, *arguments, **named)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    def close(self) -> None:
        """Stop the server and look names up as before; doing so twice is no error."""
        if Sites._open is not self:
            return
        Sites._open = None
        atexit.unregister(self.close)
        socket.getaddrinfo = self._look_up
        for name, value in self._environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _ascii(name: str) -> str:
    """A name as it is sent: in lower case, other letters than ASCII's in the encoding of IDNA 2003."""
    try:
        return name.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return name


def _handler(sites: Sites) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            host = headers.get("host", "").partition(":")[0].lower()
            request = Request(self.command, host, self.path, headers, body)
            if host not in sites.answers:
                found = Answer(f"no site {host!r} here", 421)
            else:
                try:
                    found = sites.answers[host](request)
                except Exception as problem:  # the client sees it, and whoever reads the log
                    found = Answer(f"the site failed: {problem!r}", 500)
            sites.log.append((request, 0 if found.silent else found.status))
            self.close_connection = True
            if found.silent:
                self.connection.recv(1)  # returns when the client goes
            else:
                self.send(found)

        do_GET = do_HEAD = do_POST = answer

        def send(self, found: Answer) -> None:
            body = found.body.encode("utf-8") if isinstance(found.body, str) else found.body
            headers = {
                "Date": formatdate(sites.clock.now, usegmt=True),
                "Content-Type": "text/html; charset=utf-8",
                "Content-Length": str(len(body)),
                "Connection": "close",
            }
            self.send_response_only(found.status)
            for name, value in (headers | dict(found.headers)).items():
                if value is not None:
                    self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD" and found.status not in (204, 304):
                self.wfile.write(body)

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                self.close_connection = True  # the client has gone before the end

        def log_message(self, *_) -> None:
            """Nothing on stderr: the log is `Sites.log`."""

    return Handler
