"""Serve the built site as a web host would: text compressed, files cached. Standard library only.

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

SITE = Path(__file__).resolve().parent.parent / "_build" / "html"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class CompressingHandler(http.server.SimpleHTTPRequestHandler):
    """Static files, text ones gzipped."""

    protocol_version = "HTTP/1.1"
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".woff2": "font/woff2",
        ".svg": "image/svg+xml",
        ".ipynb": "application/json",
    }

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            return self.send_error(404)
        body, kind = path.read_bytes(), self.guess_type(str(path))
        textual = kind.startswith("text/") or any(word in kind for word in ("json", "javascript", "svg", "xml"))
        self.send_response(200)
        self.send_header("Content-Type", kind + ("; charset=utf-8" if textual else ""))
        self.send_header("Cache-Control", "max-age=600")
        if textual:
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving(folder: Path = SITE, port: int = 0) -> Iterator[str]:
    """Serve `folder` on 127.0.0.1 while the block runs; yields the address."""
    handler = functools.partial(CompressingHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def find_browser() -> str | None:
    """Path of a Chromium on this machine, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def main(arguments: list[str]) -> int:
    if not (SITE / "index.html").is_file():
        print("make: there is no website yet; run make book", file=sys.stderr)
        return 1
    try:
        with serving(port=int(arguments[0]) if arguments else 8000) as address:
            print(f"{address}  (Ctrl-C ends it)", flush=True)
            threading.Event().wait()
    except OSError as problem:
        print(f"make: cannot serve: {problem}. Name another port: make serve PORT=8001", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
