"""Tests of grading.course.submission: what people hand in, and what is found in it."""

import os

import pytest

from grading.course.submission import SubmissionRefused, collect, student_of
from tests.handed_in import notebook, zipped

WANTED = {"model": ("Model",), "folds": ("cross_validate",)}
MODEL, FOLDS = "class Model:\n    pass\n", "def cross_validate():\n    pass\n"


def written(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("alice.zip", "alice"),
        ("alice (1).zip", "alice"),
        ("alice-2.zip", "alice"),
        ("Copy of alice.zip", "alice"),
        ("alice copy.ipynb", "alice"),
        ("alice_copy_2.py", "alice"),
        ("van-den-berg_12345.zip", "van-den-berg_12345"),
        ("bob.v2", "bob.v2"),
        ("(1).zip", "(1)"),
    ],
)
def test_names_of_students(tmp_path, name, student):
    assert student_of(tmp_path / name) == student


def test_files_are_found_by_name_at_any_depth(tmp_path, box):
    path = written(tmp_path / "a.zip", zipped({"hw/cs231n/classifiers/model.py": MODEL, "hw/folds.py": FOLDS}))
    submission = collect(path, WANTED, box)
    assert submission.modules == {"model": "hw/cs231n/classifiers/model.py", "folds": "hw/folds.py"}
    assert (box / submission.modules["model"]).read_text() == MODEL
    assert submission.notes == []


def test_names_that_programs_have_changed_and_files_with_other_names(tmp_path, box):
    path = written(tmp_path / "a.zip", zipped({"model (1).py": MODEL, "final version.py": FOLDS}))
    submission = collect(path, WANTED, box)
    assert submission.modules == {"model": "model (1).py", "folds": "final version.py"}
    assert len(submission.notes) == 2


def test_the_shallowest_of_several_versions_is_taken_and_noted(tmp_path, box):
    path = written(tmp_path / "a.zip", zipped({"old/model.py": MODEL, "model.py": MODEL + "\n# newer\n"}))
    submission = collect(path, WANTED, box)
    assert submission.modules["model"] == "model.py"
    assert "several versions" in submission.notes[0]


def test_what_lies_in_the_students_zip_from_the_beginning_is_not_taken_for_their_work(tmp_path, box):
    path = written(tmp_path / "a.zip", zipped({"hw/assignments/x/standin/model.py": MODEL, "hw/folds.py": FOLDS}))
    assert collect(path, WANTED, box).modules == {"folds": "hw/folds.py"}


def test_a_notebook_gives_its_definitions_and_keeps_its_experiments(tmp_path, box):
    cells = [
        "import os\nSIZE = (3, -1)\ndata = open('/etc/passwd')",
        MODEL.splitlines(keepends=True),
        "!rm -rf /\n%time f()",
    ]
    submission = collect(written(tmp_path / "a.ipynb", notebook(*cells, "def broken(:", FOLDS)), WANTED, box)
    source = (box / submission.modules["model"]).read_text()
    assert "class Model" in source
    assert "def cross_validate" in source
    assert "SIZE = (3, -1)" in source
    assert "import os" in source
    assert not any(text in source for text in ("open", "rm -rf", "get_ipython", "broken"))


def test_modules_go_before_notebooks(tmp_path, box):
    folder = tmp_path / "alice"
    folder.mkdir()
    (folder / "model.py").write_text(MODEL)
    written(folder / "a.ipynb", notebook("class Model:\n    other = 1", FOLDS))
    submission = collect(folder, WANTED, box)
    assert submission.modules["model"] == "model.py"
    assert submission.modules["folds"].startswith("from_notebook")


def test_links_are_left_behind(tmp_path, box):
    secret = tmp_path / "secret.py"
    secret.write_text(MODEL)
    folder = tmp_path / "alice"
    folder.mkdir()
    (folder / "model.py").symlink_to(secret)
    (folder / "more").symlink_to(tmp_path)
    (folder / "folds.py").write_text(FOLDS)
    submission = collect(folder, WANTED, box)
    assert submission.modules == {"folds": "folds.py"}
    assert any("link" in note for note in submission.notes)
    with pytest.raises(SubmissionRefused, match="a link"):
        collect(folder / "more", WANTED, box)


@pytest.mark.parametrize(
    "name", ["../model.py", "a/../../model.py", "/tmp/eer_model.py", "C:\\model.py", "..\\model.py"]
)
def test_paths_that_lead_out_are_left_behind(tmp_path, box, name):
    submission = collect(written(tmp_path / "a.zip", zipped({name: MODEL, "folds.py": FOLDS})), WANTED, box)
    assert submission.modules == {"folds": "folds.py"}
    assert "leads out" in submission.notes[0]
    assert not (tmp_path / "model.py").exists()


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({}, "empty"),
        ({"photo.png": "x"}, "empty"),
        ({"other.py": "x = 1"}, "nothing to grade"),
        ({"a.ipynb": "{"}, "unreadable"),
        ({"a.ipynb": "[]"}, "unreadable"),
        ({f"{i}.py": "" for i in range(300)}, "too large"),
        ({"big.py": "#" * (6 << 20)}, "too large"),
    ],
)
def test_what_cannot_be_graded_says_why(tmp_path, box, files, status):
    with pytest.raises(SubmissionRefused) as caught:
        collect(written(tmp_path / "a.zip", zipped(files)), WANTED, box)
    assert caught.value.status == status
    assert str(caught.value)


def test_other_things_than_files_are_refused(tmp_path, box):
    os.mkfifo(tmp_path / "pipe.zip")
    for name in ("pipe.zip", "absent.zip"):
        with pytest.raises(SubmissionRefused, match="neither"):
            collect(tmp_path / name, WANTED, box)
