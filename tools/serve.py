"""Serve the built site as a web host would: text compressed for whoever takes it, files cached, folders with their
slash, the site's own page for what is missing. Standard library only.

python -m tools.serve [PORT]
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import http.server
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

SITE = Path(__file__).resolve().parent.parent / "_build" / "html"
PORT = 8000
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "404.html"


class SiteHandler(http.server.SimpleHTTPRequestHandler):
    """Static files of one folder and of nothing outside it; text gzipped for clients that say they take it.

    With `follow`, links in the folder may lead out of it.
    """

    def __init__(self, *args, follow: bool = False, **kwargs):
        self.follow = follow
        super().__init__(*args, **kwargs)

    protocol_version = "HTTP/1.1"
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".woff2": "font/woff2",
        ".svg": "image/svg+xml",
        ".ipynb": "application/json",
    }

    def do_GET(self):
        self._answer()

    def do_HEAD(self):
        self._answer()

    def _answer(self) -> None:
        address, _, query = self.path.partition("#")[0].partition("?")
        asked = unquote(address)
        path = self._file(asked)
        if path is not None and path.is_dir():
            if not asked.endswith("/"):
                whole = "".join(f"/{quote(part)}" for part in asked.split("/") if part)
                self._redirect(f"{whole}/?{query}" if query else f"{whole}/")
                return
            path = path / "index.html"
        if path is not None and path.is_file():
            self._send(200, path)
        elif (Path(self.directory) / MISSING).is_file():
            self._send(404, Path(self.directory) / MISSING)
        else:
            self.send_error(404)

    def _file(self, asked: str) -> Path | None:
        """What a path of the address stands for, or None where that is outside of the site, or hidden, or nothing."""
        parts = [part for part in asked.split("/") if part]
        if "\0" in asked or "\\" in asked or any(part.startswith(".") for part in parts):
            return None
        path = Path(self.directory, *parts)
        try:
            inside = self.follow or path.resolve().is_relative_to(Path(self.directory).resolve())
            if not inside or not path.exists() or (asked.endswith("/") and not path.is_dir()):
                return None
        except OSError:  # a name that is too long, a link to itself
            return None
        return path

    def _redirect(self, where: str) -> None:
        self.send_response(301)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, status: int, path: Path) -> None:
        body, kind = path.read_bytes(), self.guess_type(str(path))
        textual = kind.startswith("text/") or any(word in kind for word in ("json", "javascript", "svg", "xml"))
        self.send_response(status)
        self.send_header("Content-Type", kind + ("; charset=utf-8" if textual else ""))
        self.send_header("Cache-Control", "max-age=600" if status == 200 else "no-store")
        if textual:
            self.send_header("Vary", "Accept-Encoding")
            if takes_gzip(self.headers.get("Accept-Encoding", "")):
                body = gzip.compress(body)
                self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a reader who has left is no error
            super().handle_error(request, client_address)


def takes_gzip(accepted: str) -> bool:
    """Whether a client that sent this header `Accept-Encoding` takes gzip: named, or by a star, and not with q=0."""
    weights = {}
    for choice in accepted.lower().split(","):
        name, _, rest = choice.strip().partition(";")
        key, _, weight = rest.strip().partition("=")
        try:
            weights[name.strip()] = float(weight) if key.strip() == "q" else 1.0
        except ValueError:
            weights[name.strip()] = 0.0
    return weights.get("gzip", weights.get("*", 0.0)) > 0


@contextlib.contextmanager
def serving(folder: Path = SITE, port: int = 0, *, follow: bool = False) -> Iterator[str]:
    """Serve `folder` on 127.0.0.1 while the block runs; yields the address. `follow` links that lead out of it?"""
    handler = functools.partial(SiteHandler, directory=str(folder), follow=follow)
    server = _Server(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def find_browser() -> str | None:
    """Path of a Chromium on this machine, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def main(arguments: list[str], site: Path = SITE) -> int:
    if not (site / "index.html").is_file():
        print("make: there is no website yet; run make book", file=sys.stderr)
        return 1
    named = arguments[0] if arguments else str(PORT)
    if not (named.isascii() and named.isdigit() and 0 < int(named) < 65536):
        print(f"make: {named} is no port; name a number below 65536: make serve PORT=8001", file=sys.stderr)
        return 1
    try:
        with serving(site, int(named)) as address:
            print(f"{address}  (Ctrl-C ends it)", flush=True)
            threading.Event().wait()
    except OSError as problem:
        why = problem.strerror or problem
        print(f"make: cannot serve on port {named}: {why}. Name another: make serve PORT=8001", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
