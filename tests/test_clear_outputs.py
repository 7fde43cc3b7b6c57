"""Cleared notebooks hold what their author wrote and nothing that a run or an editor added."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import clear_outputs
from tools.clear_outputs import KERNELSPEC, clear, cleared, main


def used_notebook():
    """As JupyterLab leaves it."""
    code = new_code_cell("x = 1\nx\n", id="code", execution_count=3)
    code.outputs = [new_output("execute_result", {"text/plain": "1"}, execution_count=3)]
    code.metadata = {"tags": ["hide-input"], "collapsed": True, "execution": {"iopub.status.busy": "now"},
                     "mystnb": {"figure": {"align": "left"}}, "jupyter": {"outputs_hidden": True}}  # fmt: skip
    text = new_markdown_cell("# A – title", id="text", metadata={"editable": True})
    nb = new_notebook(cells=[text, code])
    nb.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python", "env": {}},
        "language_info": {"name": "python", "version": "3.11.7", "file_extension": ".py"},
        "widgets": {"application/vnd.jupyter.widget-state+json": {}},
        "toc": {"base_numbering": 1},
        "eer": {"seconds": 3},
    }
    return nb


def clean(nb, taken=()):
    return nbformat.reads(cleared(nbformat.writes(nb), "a.ipynb", set(taken)), as_version=4)


def test_outputs_counts_and_traces_go():
    nb = clean(used_notebook())
    text, code = nb.cells
    assert code.outputs == []
    assert code.execution_count is None
    assert code.metadata == {"tags": ["hide-input"], "mystnb": {"figure": {"align": "left"}}}
    assert text.metadata == {}
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    assert nb.metadata == {"kernelspec": kernel, "language_info": {"name": "python"}}


def test_what_readers_see_stays():
    nb = used_notebook()
    nb.cells[0].metadata["jp-MarkdownHeadingCollapsed"] = True
    nb.cells[1].metadata["jupyter"] = {"source_hidden": True, "outputs_hidden": True}
    text, code = clean(nb).cells
    assert text.metadata == {"jp-MarkdownHeadingCollapsed": True}
    assert code.metadata["jupyter"] == {"source_hidden": True}


def test_sources_and_ids_stay():
    nb = clean(used_notebook())
    assert [cell.source for cell in nb.cells] == ["# A – title", "x = 1\nx"]
    assert [cell.id for cell in nb.cells] == ["text", "code"]


def test_clearing_twice_changes_nothing():
    once = cleared(nbformat.writes(used_notebook()), "a.ipynb", set())
    assert cleared(once, "a.ipynb", set()) == once
    assert once.endswith("}\n")
    assert "–" in once
    nbformat.validate(json.loads(once))


def test_it_stores_as_nbformat_does():
    once = cleared(nbformat.writes(used_notebook()), "a.ipynb", set())
    assert once == nbformat.writes(nbformat.reads(once, as_version=4)) + "\n"


def test_a_notebook_without_metadata_gets_the_kernel():
    text = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 2})
    assert json.loads(cleared(text, "a", set()))["metadata"]["kernelspec"] == KERNELSPEC


def test_attachments_stay():
    nb = used_notebook()
    nb.cells[0].attachments = {"a.png": {"image/png": "AAAA"}}
    assert clean(nb).cells[0].attachments == {"a.png": {"image/png": "AAAA"}}


@pytest.mark.parametrize("bad", [None, "", "with space", "ümlaut", "x" * 65, 3])
def test_bad_ids_are_replaced_the_same_way_each_time(bad):
    raw = json.loads(nbformat.writes(used_notebook()))
    if bad is None:
        del raw["cells"][0]["id"]
    else:
        raw["cells"][0]["id"] = bad
    first, second = (json.loads(cleared(json.dumps(raw), "a.ipynb", set())) for _ in range(2))
    assert first == second
    assert first["cells"][1]["id"] == "code"
    nbformat.validate(first)


def test_ids_that_another_cell_has_are_replaced():
    raw = json.loads(nbformat.writes(used_notebook()))
    raw["cells"][1]["id"] = "text"
    ids = [cell["id"] for cell in json.loads(cleared(json.dumps(raw), "a.ipynb", set()))["cells"]]
    assert ids[0] == "text"
    assert len(set(ids)) == 2
    taken = {"text"}
    assert "text" not in [cell.id for cell in clean(used_notebook(), taken)["cells"]]


def test_ids_are_unique_over_several_files(tmp_path):
    paths = [tmp_path / "a.ipynb", tmp_path / "b.ipynb", tmp_path / "c.ipynb"]
    for path in paths:
        path.write_text(nbformat.writes(used_notebook()), "utf-8")
    assert clear(paths[:2], paths) == paths[:2]
    ids = [cell["id"] for path in paths for cell in json.loads(path.read_text("utf-8"))["cells"]]
    assert len(set(ids)) == 6
    assert ids[4:] == ["text", "code"]  # the one that was not to be cleared keeps its own


def test_clean_files_are_not_touched(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(nbformat.writes(used_notebook()), "utf-8")
    assert clear([path]) == [path]
    before = path.stat().st_mtime_ns
    assert clear([path]) == []
    assert path.stat().st_mtime_ns == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_mark_of_byte_order_is_taken_away(tmp_path):
    path = tmp_path / "a.ipynb"
    clean_text = cleared(nbformat.writes(used_notebook()), "a.ipynb", set())
    path.write_bytes(b"\xef\xbb\xbf" + clean_text.encode())
    assert clear([path]) == [path]
    assert path.read_bytes() == clean_text.encode()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"nbformat": 3, "worksheets": []}', '{"nbformat": 4, "cells": [1]}'],
)
def test_what_is_no_notebook_is_left_alone(tmp_path, text, capsys):
    good, bad = tmp_path / "a.ipynb", tmp_path / "b.ipynb"
    good.write_text(nbformat.writes(used_notebook()), "utf-8")
    bad.write_text(text)
    before = good.read_text("utf-8")
    assert main([str(good), str(bad)]) == 1
    assert "b.ipynb: " in capsys.readouterr().err
    assert bad.read_text() == text
    assert good.read_text("utf-8") == before


def test_command_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(clear_outputs, "ROOT", tmp_path)
    path = tmp_path / "chapters" / "part" / "a.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(nbformat.writes(used_notebook()), "utf-8")
    assert main([]) == 0
    assert capsys.readouterr().out == "cleared chapters/part/a.ipynb\n1 notebooks, 1 changed\n"
    assert main([str(path)]) == 0
    assert capsys.readouterr().out == "1 notebooks, 0 changed\n"
    with pytest.raises(SystemExit):
        main([str(tmp_path / "missing.ipynb")])
    assert "is not a file" in capsys.readouterr().err
