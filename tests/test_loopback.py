"""Sites of a chapter's own: reached by name, nobody else is, nothing is left after them."""

import os
import socket
import threading
import time
import urllib.error
import urllib.request
from http.cookiejar import CookieJar

import pytest

from utils.loopback import MORNING, Answer, Clock, Sites


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def opened(clock):
    """Opens sites, and closes what a test leaves open."""
    made = []

    def open_sites(**answers):
        made.append(Sites({f"{name}.test": answer for name, answer in answers.items()}, clock))
        return made[-1]

    yield open_sites
    for sites in made:
        sites.close()


def read(url, **more):
    with urllib.request.urlopen(urllib.request.Request(url, **more), timeout=30) as answer:
        return answer.read().decode()


def test_names_lead_to_their_sites_and_the_log_says_what_was_asked(opened):
    web = opened(one=lambda asked: Answer(f"one {asked.path} {asked.query}"), two=lambda asked: Answer("two", 404))
    assert read("http://one.test/a%20b?c=d") == "one /a b {'c': 'd'}"
    with pytest.raises(urllib.error.HTTPError, match="404") as found:
        read("http://TWO.test/")
    assert found.value.read() == b"two"
    assert [(asked.method, asked.host, asked.target, status) for asked, status in web.log] == [
        ("GET", "one.test", "/a%20b?c=d", 200),
        ("GET", "two.test", "/", 404),
    ]


def test_a_name_with_other_letters_is_reached_by_the_ascii_that_is_sent(opened, clock):
    sites = Sites({"bücher.test": lambda asked: Answer(asked.host)}, clock)
    try:
        assert read("http://xn--bcher-kva.test/") == "xn--bcher-kva.test"
        assert socket.getaddrinfo("bücher.test", 80)[0][4][0] == "127.0.0.1"
    finally:
        sites.close()


def test_forms_cookies_and_headers_arrive(opened):
    def answer(asked):
        if asked.method == "POST":
            return Answer(str(asked.form))
        return Answer(f"{asked.cookies}", headers={"Set-Cookie": "a=b"})

    opened(one=answer)
    assert read("http://one.test/", data=b"x=1&y=%E4%B9%A6") == "{'x': '1', 'y': '书'}"
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    said = [opener.open("http://one.test/", timeout=30).read().decode() for _ in range(2)]
    assert said == ["{}", "{'a': 'b'}"]


def test_dates_are_the_clocks(opened, clock):
    opened(one=lambda asked: Answer())
    clock.sleep(90)
    with urllib.request.urlopen("http://one.test/", timeout=30) as answer:
        assert answer.headers["Date"] == "Mon, 05 Jan 2026 09:01:30 GMT"
    assert clock.now == MORNING + 90
    for wrong in (-1, float("nan")):
        with pytest.raises(ValueError, match="not negative"):
            clock.sleep(wrong)


def test_nobody_else_is_reached_and_no_proxy_is_asked(opened, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://192.0.2.1:9")
    opened(one=lambda asked: Answer("one"))
    assert read("http://one.test/") == "one"
    for host in ("other.test", "example.org", "192.0.2.1"):
        with pytest.raises(urllib.error.URLError, match="Name or service not known"):
            read(f"http://{host}/")


def test_after_them_everything_is_as_before(opened, monkeypatch):
    monkeypatch.setenv("no_proxy", "a.org")
    monkeypatch.delenv("NO_PROXY", raising=False)
    before, threads = socket.getaddrinfo, threading.active_count()
    web = opened(one=lambda asked: Answer())
    port = web._server.server_address[1]
    read("http://one.test/")
    web.close()
    web.close()
    assert socket.getaddrinfo is before
    assert os.environ["no_proxy"] == "a.org"
    assert "NO_PROXY" not in os.environ
    assert web._thread.is_alive() is False
    assert threading.active_count() <= threads + 1  # one that answered may not have ended yet
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=30)


def test_silence_ends_when_the_client_goes(opened):
    web = opened(one=lambda asked: Answer(silent=True))
    with pytest.raises(OSError, match="timed out"):
        urllib.request.urlopen("http://one.test/", timeout=0.05)
    end = time.monotonic() + 60
    while not web.log and time.monotonic() < end:  # a busy machine may not have read the request yet
        time.sleep(0.01)
    assert [status for _, status in web.log] == [0]


def test_a_site_that_fails_says_so_and_the_others_go_on(opened):
    opened(one=lambda asked: 1 / 0, two=lambda asked: Answer("two"))
    with pytest.raises(urllib.error.HTTPError, match="500") as found:
        read("http://one.test/")
    assert b"ZeroDivisionError" in found.value.read()
    assert read("http://two.test/") == "two"


def test_wrong_names_and_second_sites_are_refused(opened, clock):
    with pytest.raises(ValueError, match=r"end in \.test"):
        Sites({"example.org": lambda asked: Answer()}, clock)
    opened(one=lambda asked: Answer())
    with pytest.raises(RuntimeError, match="close them first"):
        opened(two=lambda asked: Answer())
