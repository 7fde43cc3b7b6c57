"""Equal work is found in whatever it is wrapped, and what everybody has is none."""

import ast

import pytest

from grading.course.copies import compared
from grading.course.grades import Row, grade_of
from grading.course.release import without_solutions
from grading.course.sameness import statements_of
from grading.course.submission import SubmissionRefused, collect
from tests.handed_in import KNN, MODULE, SOLUTION, notebook, zipped

ALICE = (KNN.folder / "alternatives" / "matrix_style" / "k_nearest_neighbor.py").read_text("utf-8")
OTHER = (KNN.folder / "alternatives" / "terse" / "k_nearest_neighbor.py").read_text("utf-8")


def row(tmp_path, name, files, student=None) -> Row:
    """The row of somebody who hands in these files: a dict, or the text of a notebook."""
    folder, path = tmp_path / f"{name}.box", tmp_path / f"{name}.zip"
    folder.mkdir()
    path.write_bytes(zipped(files))
    try:
        work = collect(path, KNN.modules, folder).work
    except SubmissionRefused as refusal:
        work = refusal.work
    return Row(name, student or name, grade_of(KNN, None, seconds=1.0, work=work))


class _Renaming(ast.NodeTransformer):
    """Gives all names that are given in the source, but for those of functions and classes, another one."""

    def __init__(self, names):
        self.names = names

    def visit_Name(self, node):
        return ast.Name(f"{node.id}_2" if node.id in self.names else node.id, node.ctx)

    def visit_arg(self, node):
        return ast.arg(f"{node.arg}_2" if node.arg in self.names else node.arg)


def renamed(source: str) -> str:
    """Other names of variables, other comments, another layout."""
    tree = ast.parse(source)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return "# mine\n\n" + ast.unparse(_Renaming(names | {"X", "y", "dists"}).visit(tree))


def without_docstrings(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module)) and ast.get_docstring(node):
            node.body[0].value.value = "Something else."
    return ast.unparse(tree)


DISGUISES = {
    "tree": {f"assignment1/cs231n/classifiers/{MODULE}": ALICE},
    "flat": {MODULE: ALICE},
    "other_name": {"my knn.py": ALICE},
    "with_another_file": {MODULE: ALICE, "notes.py": "x = 1\n"},
    "extra_line": {MODULE: ALICE + "\nprint('mine')\n"},
    "one_method_changed": {
        MODULE: ALICE.replace(
            "def predict_labels(self, dists, k=1):", "def predict_labels(self, dists, k=1):\n        k = int(k)"
        )
    },
    "docstrings": {MODULE: without_docstrings(ALICE)},
    "renamed": {MODULE: renamed(ALICE)},
    "notebook": {"a.ipynb": notebook("import numpy as np", ALICE)},
    "notebook_with_more": {"a.ipynb": notebook("x = 1", "def f():\n    return 3\n", ALICE, "!ls")},
    "one_file_for_all": {"all.py": ALICE + "\n\n" + SOLUTION["cross_validation.py"]},
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_module_is_found_in_every_disguise(tmp_path, disguise):
    alice = row(tmp_path, "alice", {MODULE: ALICE})
    eve = row(tmp_path, "eve", DISGUISES[disguise])
    bob = row(tmp_path, "bob", {MODULE: OTHER})
    found = compared([alice, eve, bob], KNN)
    assert [one.duplicate for one in found] == [("eve",), ("alice",), ()]
    assert found[0].shared == ("k_nearest_neighbor",)


def test_what_everybody_has_is_no_copy(tmp_path):
    blank = {name: without_solutions(text) for name, text in SOLUTION.items()}
    broken = {MODULE: "def broken(:\n", "cross_validation.py": blank["cross_validation.py"]}
    rows = [row(tmp_path, name, blank) for name in ("a", "b")]
    rows += [row(tmp_path, "c", broken), row(tmp_path, "d", broken | {MODULE: "def other broken("})]
    rows += [row(tmp_path, "e", {MODULE: "class KNearestNeighbor:\n    def train(self, X, y):\n        self.X = X\n"})]
    rows += [row(tmp_path, "f", {MODULE: "class KNearestNeighbor:\n    def train(self, X, y):\n        self.X = X\n"})]
    rows += [row(tmp_path, "g", {"x.txt": "nothing"})]
    assert not any(one.duplicate or one.remarks for one in compared(rows, KNN))


def test_right_answers_written_differently_are_no_copies(tmp_path):
    rows = [row(tmp_path, "solution", SOLUTION)]
    for folder in (KNN.folder / "alternatives").iterdir():
        rows.append(row(tmp_path, folder.name, {path.name: path.read_text("utf-8") for path in folder.rglob("*.py")}))
    assert not any(one.duplicate for one in compared(rows, KNN))


def test_one_student_is_no_copy_of_himself_and_a_stand_in_is_flagged_in_disguise(tmp_path):
    standin = (KNN.folder / "standin" / MODULE).read_text("utf-8")
    rows = [row(tmp_path, "alice", {MODULE: ALICE}, "alice"), row(tmp_path, "alice (1)", {MODULE: ALICE}, "alice")]
    rows.append(row(tmp_path, "eve", {MODULE: renamed(without_docstrings(standin)) + "\nx = 1\n"}))
    first, second, eve = compared(rows, KNN)
    assert first.duplicate == second.duplicate == eve.duplicate == ()
    assert "alice (1)" in first.remarks[0]
    assert any("stand-in" in remark for remark in eve.remarks)


def test_what_cannot_be_parsed_has_no_functions():
    for source in ("def broken(:", "\0", "x = " + "(" * 5000, "x = " + "+".join("1" * 100_000), ""):
        assert statements_of(source) == []
    deep = "def f():\n" + "".join(f"{' ' * (i + 1)}if x:\n" for i in range(90)) + " " * 92 + "pass\n"
    assert len(statements_of(deep)) <= 1
