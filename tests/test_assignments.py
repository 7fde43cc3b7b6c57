"""Graders are graded: for every assignment, what solutions, untouched work, wrong and other right answers earn."""

import functools
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from grading.box.sandbox import choose_sandbox
from grading.course.assignment import ROOT, assignments
from grading.course.release import make_student_files, write_autograder_zip, write_student_zip
from grading.course.selftest import complaints, plant, reached
from grading.course.zips import is_fresh, kept_zip
from grading.importing import import_file
from grading.judging.expectations import Expectations
from tests.warm_boxes import WarmSandbox

ALL = assignments()
BOX, WARM = choose_sandbox(), WarmSandbox()


def wrong_answers(assignment):
    return import_file(assignment.folder / "wrong.py").WRONG


WRONG = [pytest.param(a, wrong, id=f"{a.name}: {wrong.id}") for a in ALL.values() for wrong in wrong_answers(a)]
EACH = [pytest.param(a, id=a.name) for a in ALL.values()]
OTHERS = [
    pytest.param(a, folder, id=f"{a.name}: {folder.name}")
    for a in ALL.values()
    for folder in sorted((a.folder / "alternatives").iterdir())
]


_JUDGED = {}


def judged(assignment, wrong, box):
    """What a wrong answer earns in the questions that it can reach; found out once in a process."""
    key = assignment.name, wrong.id, box
    if key not in _JUDGED:
        with tempfile.TemporaryDirectory() as folder:
            planted = plant(assignment, wrong, Path(folder))
            _JUDGED[key] = assignment.grade(planted, box, only=reached(assignment, wrong.file, WARM))
    return _JUDGED[key]


@pytest.fixture(scope="session")
def student_zip(tmp_path_factory):
    """The zip of an assignment: the one that the site offers, where it is up to date, or one made once."""
    folder = tmp_path_factory.mktemp("zips")

    @functools.cache
    def made(assignment):
        if is_fresh(assignment):
            return kept_zip(assignment.name)
        path = folder / f"{assignment.name}.zip"
        write_student_zip(assignment, path)
        return path

    return made


def unpacked(archive, folder, assignment, solved):
    """What a student has before or after the work, away from this repository."""
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    for path in (assignment.folder / "solution").glob("*.py") if solved else ():
        (folder / assignment.name / path.name).write_text(path.read_text("utf-8"))
    return folder / assignment.name


#: What is put behind a module of a solved notebook's folder, so that its experiments train for a few steps only. The
#: judges ask for no more steps than these, or have a stand-in in the module's place.
FEW_STEPS = """

_train = {0}.train


def _train_little(self, *given, num_iters=100, **named):
    return _train(self, *given, num_iters=min(num_iters, 60), **named)


{0}.train = _train_little
"""
FEW_EPOCHS = """

_prepare = LinearClassifier._prepare


def _prepare_little(self, hidden, learning_rate, reg, epochs, *rest):
    _prepare(self, hidden, learning_rate, reg, min(epochs, 2), *rest)


LinearClassifier._prepare = _prepare_little
"""
SHORTENED = {
    "svm": ("linear_classifier.py", FEW_STEPS.format("LinearClassifier")),
    "softmax": ("linear_classifier.py", FEW_STEPS.format("LinearClassifier")),
    "two_layer_net": ("neural_net.py", FEW_STEPS.format("TwoLayerNet")),
    "features": ("classifiers.py", FEW_EPOCHS),
}


def away_from_home():
    """The environment of somebody who has the zip and not the repository."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"OMP_NUM_THREADS": "1"}


def hints(outcome):
    return {(q.question.name, part): hint for q in outcome.questions for part, hint in q.hints.items()}


@pytest.mark.parametrize("assignment", EACH)
def test_the_solution_earns_everything(assignment):
    outcome = assignment.grade(assignment.folder / "solution", BOX)
    assert outcome.earned == outcome.possible, hints(outcome)


@pytest.mark.parametrize("assignment", EACH)
def test_untouched_work_earns_nothing_and_every_part_has_a_hint(assignment, tmp_path):
    make_student_files(assignment, tmp_path)
    outcome = assignment.grade(tmp_path, BOX)
    assert outcome.earned == 0, [(q.question.name, q.passed) for q in outcome.questions]
    assert all(hints(outcome).values())
    assert len(hints(outcome)) == sum(len(q.question.parts) for q in outcome.questions)
    for question in outcome.questions:
        assert question.status in ("ok", "error"), (question.question.name, question.status, question.message)


@pytest.mark.parametrize(("assignment", "wrong"), WRONG)
def test_a_wrong_answer_loses_its_points_and_draws_its_hint(assignment, wrong):
    assert not complaints(judged(assignment, wrong, WARM), wrong)


@pytest.mark.parametrize("assignment", EACH)
def test_real_boxes_and_warm_ones_are_of_one_opinion(assignment):
    """By the last wrong answer in each file."""
    for wrong in {wrong.file: wrong for wrong in wrong_answers(assignment)}.values():
        real, warm = (judged(assignment, wrong, box) for box in (BOX, WARM))
        assert not complaints(real, wrong)
        assert hints(real) == hints(warm)


@pytest.mark.parametrize(("assignment", "folder"), OTHERS)
def test_a_right_answer_written_differently_earns_everything(assignment, folder):
    outcome = assignment.grade(folder, BOX if any(folder.rglob("cs231n")) else WARM)
    assert outcome.earned == outcome.possible, (hints(outcome), [q.message for q in outcome.questions])


@pytest.mark.parametrize("assignment", EACH)
def test_each_question_has_five_wrong_answers_and_each_assignment_three_other_right_ones(assignment):
    mistakes = wrong_answers(assignment)
    for question in assignment.questions:
        assert sum(question.name in wrong.loses for wrong in mistakes) >= 5, question.name
    assert len({wrong.id for wrong in mistakes}) == len(mistakes)
    assert len(list((assignment.folder / "alternatives").iterdir())) >= 3


@pytest.mark.parametrize("assignment", EACH)
def test_another_seed_changes_no_grade(assignment):
    outcome = assignment.grade(assignment.folder / "solution", WARM, seed=20261121)
    assert outcome.earned == outcome.possible, hints(outcome)


@pytest.mark.parametrize("assignment", EACH)
def test_what_students_are_given_holds_no_solution(assignment, student_zip):
    with zipfile.ZipFile(student_zip(assignment)) as archive:
        names = archive.namelist()
        text = "\n".join(archive.read(name).decode() for name in names if name.endswith((".py", ".ipynb", ".md")))
    assert not any("reference.py" in name or "wrong.py" in name or "solution" in name for name in names)
    for path in (assignment.folder / "solution").glob("*.py"):
        source = path.read_text("utf-8")
        for secret in source.split("# BEGIN SOLUTION")[1:]:
            lines = [line.strip() for line in secret.split("# END SOLUTION")[0].strip().splitlines()]
            assert "\n".join(lines) not in "\n".join(line.strip() for line in text.splitlines())


@pytest.mark.parametrize("assignment", EACH)
def test_whoever_grades_gets_the_solution_and_a_seed(assignment, tmp_path):
    write_autograder_zip(assignment, tmp_path / "grader.zip")
    with zipfile.ZipFile(tmp_path / "grader.zip") as archive:
        names = {name.removeprefix(f"{assignment.name}-autograder/") for name in archive.namelist()}
    inside = f"assignments/{assignment.name}"
    assert {f"{inside}/class_seed", f"{inside}/reference.py", "grading/course/classroom.py"} <= names
    solution = {f"{inside}/solution/{path.name}" for path in (assignment.folder / "solution").glob("*.py")}
    assert solution <= names


@pytest.mark.parametrize("assignment", EACH)
@pytest.mark.parametrize("solved", [True, False], ids=["solved", "untouched"])
def test_the_notebook_runs_and_what_students_are_given_marks_like_the_grader(assignment, solved, student_zip, tmp_path):
    """In the student's folder, with the grader and the record that lie there."""
    folder = unpacked(student_zip(assignment), tmp_path, assignment, solved)
    if solved and assignment.name in SHORTENED:
        file, lines = SHORTENED[assignment.name]
        (folder / file).write_text((folder / file).read_text("utf-8") + lines)
    notebook = nbformat.read(folder / f"{assignment.name}.ipynb", as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("import grading\n\ngrading.__file__"))
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
    )
    client.execute(env=away_from_home())
    assert str(folder) in notebook.cells[-1].outputs[0].data["text/plain"]
    results = [
        output.data["text/plain"]
        for cell in notebook.cells
        if cell.cell_type == "code" and "grader.check(" in cell.source
        for output in cell.outputs
        if output.output_type == "execute_result"
    ]
    assert len(results) == len(assignment.questions)
    for question, result in zip(assignment.questions, results, strict=True):
        earned = question.points if solved else 0
        assert f"{earned:g} / {question.points:g}" in result.splitlines()[0], result


@pytest.mark.parametrize("solved", [True, False], ids=["solved", "untouched"])
def test_the_command_that_students_are_given_adds_up_the_points(solved, student_zip, tmp_path):
    assignment = ALL["knn"]
    folder = unpacked(student_zip(assignment), tmp_path, assignment, solved)
    command = [sys.executable, "-m", "grading", "grade", assignment.name, "--folder", "."]
    ran = subprocess.run(command, cwd=folder, env=away_from_home(), capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ("20 / 20   100 %" if solved else "0 / 20   0 %") in ran.stdout, ran.stdout + ran.stderr


IN_A_NOTEBOOK = r"""
import importlib, sys
from pathlib import Path
from grading.notebook import open_notebook
for _ in range(2):  # a cell may run twice
    open_notebook(sys.argv[1])
    modules = [importlib.import_module(name) for name in sys.argv[2:]]
for module in modules:  # what autoreload does when a file is saved
    path = Path(module.__file__)
    path.write_text(path.read_text() + "\nSAVED = True\n")
    assert importlib.reload(module).SAVED
print("all of them")
"""


@pytest.mark.parametrize(("assignment", "folder"), [p for p in OTHERS if any(p.values[1].rglob("cs231n"))])
def test_files_written_for_cs231n_can_be_imported_in_the_notebook(assignment, folder, tmp_path):
    make_student_files(assignment, tmp_path)
    files = list(folder.rglob("*.py"))
    for path in files:
        (tmp_path / path.name).write_text(path.read_text("utf-8"))
    names = [path.stem for path in files if path.stem in assignment.modules]
    command = [sys.executable, "-c", IN_A_NOTEBOOK, assignment.name, *names]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "all of them" in ran.stdout, ran.stderr


@pytest.mark.parametrize("assignment", EACH)
def test_notebooks_are_stored_bare_and_tell_of_every_question(assignment):
    notebook = nbformat.read(assignment.folder / f"{assignment.name}.ipynb", as_version=4)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None
    text = "\n".join(cell.source for cell in notebook.cells)
    page = (assignment.folder / "index.md").read_text("utf-8")
    for question in assignment.questions:
        assert f'grader.check("{question.name}")' in text
        points = f"{question.points:g} points" if question.points != 1 else "1 point"
        assert points in text, f"{question.name}: the notebook does not say {points}"
        assert question.title in page, f"{question.title} is not in index.md"
    assert f"{assignment.points:g} points" in text
    assert f"{assignment.points:g} points" in page
    assert f"{{student-zip}}`{assignment.name}`" in page


def test_a_record_that_lacks_a_result_says_so():
    expectations = Expectations(record={})
    with pytest.raises(KeyError, match="newest version"):
        expectations("distances", 1.0)


def test_starting_twice_overwrites_nothing(tmp_path):
    assignment = next(iter(ALL.values()))
    written, kept = make_student_files(assignment, tmp_path)
    assert written
    assert not kept
    mine = tmp_path / next(name for name in written if name.endswith(".py") and "/" not in name)
    mine.write_text("# mine\n")
    (tmp_path / written[-1]).unlink()
    again, kept = make_student_files(assignment, tmp_path)
    assert again == [written[-1]]
    assert mine.name in kept
    assert Path(mine).read_text() == "# mine\n"


@pytest.mark.parametrize(
    ("files", "points"),
    [(["neural_net.py"], {"q4": 6, "q5": 4}), (["layers.py", "fc_net.py"], {"q1": 4, "q2": 3, "q3": 3, "q4": 6})],
)
def test_either_variant_of_the_two_layer_net_earns_the_points_of_its_questions(files, points, tmp_path):
    assignment = ALL["two_layer_net"]
    for name in files:
        (tmp_path / name).write_text((assignment.folder / "solution" / name).read_text("utf-8"))
    outcome = assignment.grade(tmp_path, BOX)
    assert {q.question.name: q.earned for q in outcome.questions if q.earned} == points


def acceptance(name):
    return import_file(ALL[name].folder / "acceptance.py")


def test_nearest_neighbours_classify_as_many_drawn_pictures_as_the_page_says():
    assert acceptance("knn").rightly("shapes32") == {1: 125, 5: 121, 10: 152}


def test_published_losses_of_the_two_layer_net_come_out():
    for name, (found, published) in acceptance("two_layer_net").published_losses().items():
        assert abs(found - published) < 1e-9, name
