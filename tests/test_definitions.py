"""Definitions of a chapter come without what the chapter computes."""

import nbformat
import pytest

from book.definitions import definitions


@pytest.fixture
def chapter(tmp_path):
    def write(*cells):
        nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
        nbformat.write(nb, tmp_path / "chapter.ipynb")
        return definitions("chapter.ipynb", tmp_path)

    return write


def test_functions_imports_and_constants_are_there(chapter):
    found = chapter(
        "%matplotlib inline\nimport math\nfrom math import pi",
        "MARGIN = 1.0\nSIZE = -2\ndef double(x):\n    return 2 * x * scale()",
        "def scale():\n    return SIZE\nBY_NAME = {'double': double, 'pi': pi}",
    )
    assert found["BY_NAME"]["double"](3) == -12
    assert found["math"].pi == found["pi"]
    assert found["MARGIN"] == 1


def test_nothing_is_computed(chapter):
    found = chapter("raise ValueError", "x = 1 / 0", "y = x", "print(z)", "a = [n for n in range(3)]", "b = abs(1)")
    assert not {"x", "y", "a", "b"} & set(found)


def test_the_last_definition_counts(chapter):
    assert chapter("def f():\n    return 1", "def f():\n    return 2")["f"]() == 2


def test_real_chapter_without_its_run():
    assert callable(definitions("chapters/classical/pca.ipynb")["np"].linalg.eigh)
