"""`make serve` answers as a web host does, with files of the site and with nothing else."""

import gzip
import http.client
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest

from book.order import ROOT
from tools.serve import main, serving, takes_gzip

PAGE = "<h1>Chapter</h1>" + "word " * 200


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    (folder / "secret.txt").write_text("secret")
    site = folder / "html"
    files = {"index.html": "home", "404.html": "nothing here", "a part/index.html": PAGE, "a part/x.html": PAGE,
             "empty/file.bin": "b", "umläut.html": PAGE}  # fmt: skip
    for name, text in files.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, "utf-8")
    (site / ".hidden").write_text("secret")
    (site / "link.txt").symlink_to(folder / "secret.txt")
    with serving(site) as url:
        yield url


@pytest.fixture
def ask(address):
    """ask(path, method, **headers): status, headers and body."""

    def ask(path, method="GET", **headers):
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, answer.headers, body

    return ask


def test_pages_and_folders(ask):
    for path in (
        "/a%20part/x.html",
        "/a%20part/",
        "/a%20part/index.html",
        "/a%20part/x.html?q=1#top",
        "/uml%C3%A4ut.html",
    ):
        status, headers, body = ask(path)
        assert (status, body.decode()) == (200, PAGE), path
        assert headers["Content-Type"] == "text/html; charset=utf-8"


def test_a_folder_without_its_slash_is_sent_to_it(ask):
    status, headers, body = ask("/a%20part?q=a%26b")
    assert (status, headers["Location"], body) == (301, "/a%20part/?q=a%26b", b"")
    assert ask("//a%20part")[1]["Location"] == "/a%20part/"  # not to a host of that name


@pytest.mark.parametrize(
    "path", ["/nothing", "/a%20part/nothing/", "/empty/", "/a%20part/x.html/", "/%00", "/" + "x" * 5000]
)
def test_what_is_missing_draws_the_sites_own_page(ask, path):
    status, headers, body = ask(path)
    assert (status, body) == (404, b"nothing here")
    assert headers["Content-Type"].startswith("text/html")
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/%2e%2e/secret.txt", "/a%20part/..%2f..%2fsecret.txt", "/..\\secret.txt", "//../secret.txt",
     "/link.txt", "/.hidden", "/a%20part/%2e%2e/%2e%2e/secret.txt"],
)  # fmt: skip
def test_nothing_outside_of_the_site_is_served(ask, path):
    status, _, body = ask(path)
    assert (status, body) == (404, b"nothing here")


def test_text_is_compressed_only_for_those_who_take_it(ask):
    plain = ask("/a%20part/")
    packed = ask("/a%20part/", **{"Accept-Encoding": "gzip, deflate, br"})
    assert "Content-Encoding" not in plain[1]
    assert packed[1]["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed[2]) == plain[2]
    assert len(packed[2]) < len(plain[2])
    assert plain[1]["Vary"] == packed[1]["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in ask("/empty/file.bin", **{"Accept-Encoding": "gzip"})[1]


@pytest.mark.parametrize(
    ("header", "takes"),
    [("gzip", True), ("br, GZip;q=0.5", True), ("*", True), ("", False), ("br", False), ("gzip;q=0", False),
     ("gzip; q=0.0, *", False), ("*;q=0", False), ("xgzip", False), ("gzip;q=?", False)],
)  # fmt: skip
def test_who_takes_gzip(header, takes):
    assert takes_gzip(header) is takes


def test_a_question_about_a_page_is_answered_without_the_page(ask):
    for path, status in (("/a%20part/", 200), ("/nothing", 404), ("/a%20part", 301)):
        asked, told = ask(path, "HEAD"), ask(path)
        assert asked[0] == told[0] == status
        assert asked[2] == b""
        assert asked[1]["Content-Length"] == told[1]["Content-Length"]


def test_other_methods_are_refused(ask):
    assert ask("/", "POST")[0] == 501


def test_a_site_without_a_page_for_it_has_a_plain_404(tmp_path):
    with serving(tmp_path) as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        connection.request("GET", "/nothing")
        assert connection.getresponse().status == 404
        connection.close()


@pytest.mark.parametrize("port", ["abc", "0", "-1", "65536", "8000.5", ""])
def test_what_is_no_port(tmp_path, port, capsys):
    (tmp_path / "index.html").touch()
    assert main([port], tmp_path) == 1
    assert capsys.readouterr().err == f"make: {port} is no port; name a number below 65536: make serve PORT=8001\n"


def test_a_port_that_is_taken(tmp_path, capsys):
    (tmp_path / "index.html").touch()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main([str(port)], tmp_path) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"make: cannot serve on port {port}: Address already in use. Name another: make serve PORT=8001"


def test_no_site_yet(tmp_path, capsys):
    assert main([], tmp_path) == 1
    assert capsys.readouterr().err == "make: there is no website yet; run make book\n"


def test_a_reader_who_leaves_leaves_no_trace(tmp_path):
    (tmp_path / "index.html").write_text("x" * (1 << 24))
    program = (
        "import socket, sys\nfrom pathlib import Path\nfrom tools.serve import serving\n"
        "with serving(Path(sys.argv[1])) as url:\n"
        "    for _ in range(3):\n"
        "        port = int(url.rpartition(':')[2])\n"
        "        client = socket.create_connection(('127.0.0.1', port))\n"
        "        client.sendall(b'GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n')\n"
        "        client.recv(10)\n"
        "        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\\1\\0\\0\\0\\0\\0\\0\\0')\n"
        "        client.close()\n"
        "    again = socket.create_connection(('127.0.0.1', port))\n"
        "    again.sendall(b'HEAD / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n')\n"
        "    print(again.recv(15).decode())\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "HTTP/1.1 200 OK\n", "")


def test_links_that_lead_out_of_the_site_are_followed_only_where_that_is_asked_for(tmp_path):
    (tmp_path / "outside.txt").write_text("outside")
    site = tmp_path / "site"
    site.mkdir()
    (site / "link.txt").symlink_to(tmp_path / "outside.txt")
    with serving(site, follow=True) as url, urllib.request.urlopen(f"{url}/link.txt") as answer:
        assert answer.read() == b"outside"
    with serving(site) as url, pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{url}/link.txt")
