"""A TensorBoard of this process: asked over HTTP, seen by Chromium, and gone afterwards."""

import base64
import io
import threading
import urllib.error

import numpy as np
import pytest
from PIL import Image
from torch.utils.tensorboard import SummaryWriter

from utils import board, missing
from utils.board import Board, BoardFailed, Seen
from utils.missing import NotRun, ToolMissing
from utils.pictures import Picture

CURVE = "data/plugin/scalars/scalars"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    for name in ("one", "two"):
        with SummaryWriter(folder / name) as writer:
            for step in range(5):
                writer.add_scalar("loss/train", 1.25 * step, step, walltime=1e9 + step)
    return folder


@pytest.fixture
def served(runs):
    served = Board(runs)
    yield served
    served.close()


def test_it_answers_with_what_was_written(served):
    assert served.url.startswith("http://127.0.0.1:")
    assert sorted(served.ask("data/runs")) == ["one", "two"]
    answer = served.ask(CURVE, run="two", tag="loss/train")
    assert [(step, value) for _, step, value in answer] == [(k, 1.25 * k) for k in range(5)]
    with pytest.raises(urllib.error.HTTPError):
        served.ask(CURVE, run="three", tag="loss/train")
    assert isinstance(served.ask(CURVE, run="two", tag="loss/train", format="csv"), bytes)


def test_options_are_those_of_the_command_line(runs):
    few = Board(runs, "--samples_per_plugin", "scalars=2")
    assert len(few.ask(CURVE, run="one", tag="loss/train")) == 2
    few.close()


def test_after_close_nobody_answers(runs):
    before = set(threading.enumerate())
    served = Board(runs)
    served.close()
    served.close()
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        served.ask("data/runs")
    for thread in set(threading.enumerate()) - before:
        thread.join(30)
        assert not thread.is_alive(), thread.name


def test_a_proxy_is_not_asked(served, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert len(served.ask("data/runs")) == 2


def test_without_a_browser_nothing_is_seen(served, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(missing.EVERY_TOOL, raising=False)
    seen = served.look("timeseries", ["one"])
    assert isinstance(seen, NotRun)
    assert isinstance(seen.shows(1.0), NotRun)
    assert isinstance(seen.picture, NotRun)
    monkeypatch.setenv(missing.EVERY_TOOL, "1")
    with pytest.raises(ToolMissing, match="chromium"):
        served.look("timeseries", ["one"])


def test_the_page_is_seen(served, monkeypatch):
    seen = served.look("timeseries", ["loss / train", "Smoothed", "4 sec"], size=(800, 500), part="card-view")
    if isinstance(seen, NotRun):
        pytest.skip("no Chromium on this machine")
    assert isinstance(seen.picture, Picture)
    assert (seen.picture.width, seen.picture.height) == (800, 500)
    assert "two" in seen.text
    assert seen.shows(5)
    assert len(seen.picture.svg) < 60_000
    assert 200 < seen.part.width < 500
    assert 200 < seen.part.height < 500
    monkeypatch.setattr(board, "PATIENCE", 5)
    with pytest.raises(BoardFailed):
        served.look("timeseries", ["nowhere on it"])


def test_a_page_that_waits_or_changes_is_not_at_rest(monkeypatch):
    class Tab:
        def __init__(self, pictures, spinners=0):
            self.pictures, self.spinners = iter(pictures), spinners

        def wait_for_timeout(self, _milliseconds):
            pass

        def locator(self, _selector):
            return self

        def count(self):
            self.spinners -= 1
            return max(self.spinners, 0)

        def screenshot(self, **_options):
            return next(self.pictures)

    assert board._at_rest(Tab([b"1", b"2", b"2"]), set()) == b"2"
    assert board._at_rest(Tab([b"1", b"1"], spinners=5), set()) == b"1"
    monkeypatch.setattr(board, "PATIENCE", 0.01)
    for tab, questions in ((Tab([b"1"] * 9), {"open"}), (Tab(iter(lambda: object(), None)), set())):
        with pytest.raises(BoardFailed, match="rest"):
            board._at_rest(tab, questions)


def test_a_part_of_a_picture_is_what_lies_in_its_box():
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[10:25, 20:50] = (200, 30, 0)
    Image.fromarray(pixels).save(file := io.BytesIO(), "PNG")
    box = {"x": 20.2, "y": 9.8, "width": 29.9, "height": 15.1}
    part = board._as_drawing(file.getvalue(), box)
    assert (part.width, part.height) == (30, 15)
    data = base64.b64decode(part.svg.partition("base64,")[2].partition('"')[0])
    assert (np.asarray(Image.open(io.BytesIO(data)).convert("RGB")) == (200, 30, 0)).all()
    beyond = board._as_drawing(file.getvalue(), {"x": -3, "y": 30, "width": 10, "height": 99})
    assert (beyond.width, beyond.height) == (7, 10)
    whole = board._as_drawing(file.getvalue())
    assert (whole.width, whole.height) == (60, 40)


def test_numbers_of_a_page():
    seen = Seen(None, "loss/\ntrain\n0.1235 \N{MINUS SIGN}2 1.5e-3")
    assert seen.shows(0.12347, -2, 0.0015)
    assert not seen.shows(2)
    assert not seen.shows(0.1235, 0.1245)
