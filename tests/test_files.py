"""Files are whole or not there."""

import pytest

from utils.files import write_atomically


@pytest.mark.parametrize("content", ["é\n", b"\x00\x01"])
def test_text_and_bytes(tmp_path, content):
    file = tmp_path / "file"
    write_atomically(file, "before")
    write_atomically(file, content)
    assert file.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_cannot_be_written_leaves_what_was_there(tmp_path, monkeypatch):
    file = tmp_path / "file"
    write_atomically(file, "before")

    def stop(self, target):
        raise OSError("no room")

    monkeypatch.setattr("pathlib.Path.replace", stop)
    with pytest.raises(OSError, match="no room"):
        write_atomically(file, "after")
    assert file.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
