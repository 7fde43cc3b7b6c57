"""Tests of utils.files: content changes in one step or not at all."""

import pytest

from utils.files import replacing, write_atomically


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("content", "stored"), [("é\r\nb\n", b"\xc3\xa9\r\nb\n"), (b"\x00\xff", b"\x00\xff"), ("", b"")]
)
def test_text_and_bytes_are_written_exactly(tmp_path, content, stored):
    path = tmp_path / "a.txt"
    path.write_text("old")
    write_atomically(path, content)
    assert path.read_bytes() == stored
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("problem", [ValueError, KeyboardInterrupt])
def test_an_interruption_leaves_the_old_content_and_nothing_else(tmp_path, problem):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def interrupted():
        with replacing(path) as partial:
            partial.write_text("half of the n")
            assert path.read_text() == "old"
            raise problem

    with pytest.raises(problem):
        interrupted()
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_a_new_file_appears_only_when_it_is_whole(tmp_path):
    path = tmp_path / "a.txt"
    with replacing(path) as partial:
        partial.write_text("whole")
        assert not path.exists()
        assert partial.name.endswith(".partial")
    assert path.read_text() == "whole"


def test_what_cannot_be_written_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "missing" / "a.txt", "text")
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "a.txt"):
        pass  # nothing was written
    assert names(tmp_path) == []


def test_text_that_is_no_unicode_changes_nothing(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]
