"""Work is handed in as people do it: what is right in it is found, and what is wrong is named with its place."""

import gzip
import json
import os
import tarfile
from pathlib import Path

import pytest

from grading.box.sandbox import choose_sandbox
from grading.box.session import Session, SubmissionError
from grading.course.submission import Submission, SubmissionRefused, collect, student_of
from tests.handed_in import notebook, special, taped, zipped

WANTED = {"model": ("Model",), "folds": ("cross_validate",)}
MODEL = "import numpy as np\n\n\nclass Model:\n    def fit(self, x):\n        return np.sum(x)\n"
FOLDS = "from model import Model\n\n\ndef cross_validate(x):\n    return Model().fit(x) + 1\n"


def collected(tmp_path, box, name, content) -> Submission:
    """What is found in a file, or in a folder where `content` is a dict."""
    path = tmp_path / name
    for inside, text in content.items() if isinstance(content, dict) else [("", content)]:
        file = path / inside if inside else path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return collect(path, WANTED, box)


def works(submission: Submission) -> bool:
    """Whether the modules run in a box as they should."""
    with Session(submission.folder, submission.modules, choose_sandbox(), origins=submission.origins) as session:
        total = session.load("model").make("Model").call("fit", [1, 2])
        return total == 3 and session.load("folds").call("cross_validate", [1, 2]) == 4


ALONE = FOLDS.replace("from model import Model\n", "")
#: Ways of handing in the same work.
WAYS = {
    "plain.ipynb": notebook(MODEL, ALONE),
    "colab.ipynb": notebook(
        "from google.colab import drive\ndrive.mount('/content/drive')", "!pip install x\n%cd /content", MODEL, ALONE
    ),
    "unused_imports.ipynb": notebook(
        "import seaborn as sns, cv2\nsns.set()\nfrom IPython.display import HTML as H, nothing", MODEL, ALONE
    ),
    "timed_cell.ipynb": notebook("%%time\n" + MODEL, "%%capture out\n" + ALONE),
    "writefile.ipynb": notebook("%%writefile model.py\n" + MODEL, "%%writefile -a folds.py\n" + FOLDS),
    "writefile_path.ipynb": notebook(
        "%%file cs231n/classifiers/model.py\n" + MODEL, "from cs231n.classifiers.model import Model", ALONE
    ),
    "magics_between.ipynb": notebook(
        "%load_ext autoreload\n%autoreload 2\n" + MODEL, "x = !ls\nModel?\n" + ALONE + "\n%timeit cross_validate(X)\n"
    ),
    "indented.ipynb": notebook("".join(f"  {line}\n" for line in MODEL.splitlines()), ALONE),
    "constants.ipynb": notebook(
        "import numpy as np\nONE: int = 1\nTWO = np.array([1.0]) * ONE\nX = np.load('data.npy')",
        MODEL,
        ALONE.replace("+ 1", "+ ONE * TWO[0]"),
    ),
    "fallback.ipynb": notebook(
        "try:\n    import cupy as np\nexcept ImportError:\n    import numpy as np",
        MODEL.replace("import numpy as np\n", ""),
        ALONE,
    ),
    "method_added.ipynb": notebook(
        "class Model:\n    pass\n\ndef fit(self, x):\n    return sum(x)\n\nModel.fit = fit", ALONE
    ),
    "decorated.ipynb": notebook("import numba\n", MODEL, "@numba.njit\n" + ALONE.strip()),
    "semicolons.ipynb": notebook(MODEL, "import os; N = 1\n" + ALONE.replace("+ 1", "+ N")),
    "broken_cell_elsewhere.ipynb": notebook("def other(:\n", MODEL, ALONE),
    "format_3.ipynb": json.dumps(
        {
            "nbformat": 3,
            "worksheets": [{"cells": [{"cell_type": "code", "input": [MODEL]}, {"cell_type": "code", "input": ALONE}]}],
        }
    ),
    "bom.ipynb": b"\xef\xbb\xbf" + notebook(MODEL, ALONE).encode(),
    "utf16.ipynb": notebook(MODEL, ALONE).encode("utf-16"),
    "utf16_without_bom.ipynb": notebook(MODEL, ALONE).encode("utf-16-le"),
    "browser.ipynb.txt": notebook(MODEL, ALONE),
    "big.ipynb": json.dumps(
        {
            "cells": [
                {"cell_type": "code", "source": MODEL + ALONE, "outputs": [{"data": {"image/png": "A" * 9_000_000}}]}
            ]
        }
    ),
    "windows_lines.zip": zipped({"model.py": MODEL.replace("\n", "\r\n"), "folds.py": FOLDS.replace("\n", "\r\n")}),
    "windows.zip": zipped({"hw\\model.py": MODEL, "hw\\folds.py": FOLDS}),
    "macos.zip": zipped(
        {"hw/model.py": MODEL, "hw/folds.py": FOLDS, "__MACOSX/hw/._model.py": b"\0\5\x16\7", "hw/._folds.py": b"\0\5"}
    ),
    "capitals.zip": zipped({"MODEL.PY": MODEL, "Folds.Py": FOLDS}),
    "bom.zip": zipped({"model.py": b"\xef\xbb\xbf" + MODEL.encode(), "folds.py": FOLDS.encode("utf-16")}),
    "latin_1.zip": zipped(
        {
            "model.py": ("# für\n" + MODEL).encode("latin-1"),
            "folds.py": ("# -*- coding: latin-1 -*-\n# für\n" + FOLDS).encode("latin-1"),
        }
    ),
    "text.zip": zipped({"model.py.txt": MODEL, "folds.py": FOLDS}),
    "decomposed.zip": zipped({"u\u0308bung/model.py": MODEL, "u\u0308bung/folds.py": FOLDS}),
    "helper.zip": zipped(
        {
            "hw/model.py": MODEL.replace("import numpy as np", "import numpy as np\nfrom my_helper import ten"),
            "hw/my_helper.py": "ten = 10",
            "hw/folds.py": FOLDS,
        }
    ),
    "relative_helper.zip": zipped(
        {"hw/model.py": "from .my_helper import ten\n" + MODEL, "hw/my_helper.py": "ten = 10", "hw/folds.py": FOLDS}
    ),
    "broken_helper.zip": zipped(
        {
            "hw/model.py": "from cs231n.data_utils import load\n" + MODEL,
            "hw/data_utils.py": "from scipy.misc import imread",
            "hw/folds.py": FOLDS,
        }
    ),
    "unused.zip": zipped(
        {
            "model.py": "import seaborn, cv2, sklearn.no_such_part\nfrom google.colab import drive, files\n"
            "from scipy.misc import imread\n" + MODEL,
            "folds.py": FOLDS,
        }
    ),
    "exported.zip": zipped(
        {
            "model.py": "# coding: utf-8\n# In[1]:\nget_ipython().run_line_magic('matplotlib', 'inline')\n"
            + MODEL
            + "data = open('x')\n",
            "folds.py": "%matplotlib inline\n!pip install x\n" + FOLDS,
        }
    ),
    "beside_large.zip": zipped(
        {"model.py": MODEL, "folds.py": FOLDS, "data.csv": b"1,2\n" * 2_000_000, "big.py": b"#" * (6 << 20)}
    ),
    "many_files.zip": zipped({"model.py": MODEL, "folds.py": FOLDS} | {f"more/{i}.txt": "x" for i in range(400)}),
    "environment.zip": zipped(
        {"model.py": MODEL, "folds.py": FOLDS, "myenv/pyvenv.cfg": "", "myenv/lib/model.py": "x"}
        | {f"myenv/lib/{i}.py": "" for i in range(900)}
    ),
    "damaged_rest.zip": zipped({"model.py": MODEL, "folds.py": FOLDS})[:-1] + b"\0",
    "plain.tar": taped({"./hw/model.py": MODEL, "./hw/folds.py": FOLDS}),
    "compressed.tar.gz": taped(
        {"hw": special("hw", tarfile.DIRTYPE), "hw/model.py": MODEL, "hw/folds.py": FOLDS}, "w:gz"
    ),
    "short.tgz": taped(
        {"hw/model.py": MODEL, "hw/folds.py": FOLDS, "hw/._model.py": "x", "hw/a.npy": b"x" * 9999}, "w:gz"
    ),
    "no_ending_either": taped({"model.py": MODEL, "folds.py": FOLDS}, "w:gz"),
    "tar_called.zip": taped({"model.py": MODEL, "folds.py": FOLDS}),
    "zip_called.tar.gz": zipped({"model.py": MODEL, "folds.py": FOLDS}),
    "large_first.tar": taped({"data.csv": b"1,2\n" * 2_000_000, "model.py": MODEL, "folds.py": FOLDS}),
    "cut_off.tar": taped({"model.py": MODEL, "folds.py": FOLDS, "more.py": MODEL * 1000})[:8000],
    "links_beside.tar": taped(
        {
            "a": special("model.py", tarfile.SYMTYPE, "/etc/passwd"),
            "b": special("folds.py", tarfile.LNKTYPE, "model.py"),
            "c": special("pipe.py", tarfile.FIFOTYPE),
            "../model.py": "x",
            "/tmp/folds.py": "x",
            "hw/model.py": MODEL,
            "hw/folds.py": FOLDS,
        }
    ),
    "env_in_it.tgz": taped(
        {"model.py": MODEL, "folds.py": FOLDS, "e/pyvenv.cfg": ""} | {f"e/{i}.py": "" for i in range(900)}, "w:gz"
    ),
    "tar_platform": {"alice_1234/work.tar.gz": taped({"hw/model.py": MODEL, "hw/folds.py": FOLDS}, "w:gz")},
    "tar_in_zip.zip": zipped({"alice.tgz": taped({"model.py": MODEL, "folds.py": FOLDS}, "w:gz")}),
    "zip_in_tar.tar": taped({"alice.zip": zipped({"model.py": MODEL, "folds.py": FOLDS})}),
    "no_ending": zipped({"model.py": MODEL, "folds.py": FOLDS}),
    "platform": {"onlinetext.txt": "here", "alice_1234/work.zip": zipped({"hw/model.py": MODEL, "hw/folds.py": FOLDS})},
    "zip_in_zip.zip": zipped({"alice.zip": zipped({"model.py": MODEL, "folds.py": FOLDS})}),
    "env_beside": {"model.py": MODEL, "folds.py": FOLDS, "venv/pyvenv.cfg": ""}
    | {f"venv/x{i}.py": "" for i in range(300)},
    "conda_beside": {"model.py": MODEL, "folds.py": FOLDS, "env/conda-meta/history": ""}
    | {f"env/x{i}.py": "" for i in range(300)},
    "notebook_and_module": {"model.py": MODEL, "a.ipynb": notebook("from model import Model", ALONE)},
    "whole_course": {
        "assignment1/cs231n/classifiers/model.py": MODEL,
        "assignment1/folds.py": FOLDS,
        "assignment2/cs231n/classifiers/model.py": "x",
        "assignment2/a.ipynb": "{}",
    },
    "whole_repository": {
        "work/x/model.py": MODEL,
        "work/x/folds.py": FOLDS,
        "assignments/x/solution/model.py": "x",
        "assignments/x/standin/folds.py": "x",
        "README.md": "x",
    },
}


@pytest.mark.parametrize("name", WAYS)
def test_right_work_is_found_however_it_is_handed_in(tmp_path, box, name):
    submission = collected(tmp_path, box, name, WAYS[name])
    assert set(submission.modules) == set(WANTED), submission.notes
    assert works(submission), submission.notes
    assert all(note.isprintable() for note in submission.notes)


#: What is wrong with something, and words of the note or of the refusal that say so.
NAMED = {
    "big.zip": (zipped({"big.py": b"#" * (6 << 20)}), "big.py"),
    "env.zip": (zipped({"model.py": MODEL, "myenv/pyvenv.cfg": "", "myenv/x.py": ""}), "myenv is an environment"),
    "many.zip": (zipped({"model.py": MODEL} | {f"data/{i}.txt": "" for i in range(400)}), "of them in data"),
    "python_2.zip": (zipped({"model.py": MODEL + "print 'x'\n"}), "model.py is Python 2 (line 7); run 2to3"),
    "xrange.zip": (
        zipped({"model.py": MODEL + "\ndef f():\n    for i in xrange(3): pass\n"}),
        "line 9: xrange is Python 2; write range",
    ),
    "np_float.zip": (zipped({"model.py": MODEL + "\nx = lambda: np.float(3)\n"}), "np.float is gone; write float"),
    "logsumexp.zip": (
        zipped({"model.py": "from scipy.misc import logsumexp\n" + MODEL}),
        "write scipy.special.logsumexp",
    ),
    "newshape.zip": (zipped({"model.py": MODEL + "\nf = lambda x: np.reshape(x, newshape=(1,))\n"}), "no newshape="),
    "2015.zip": (
        zipped(
            {
                "model.py": MODEL.replace(
                    "def fit(self, x):",
                    'def fit(self, x):\n        """W: C x D array\n        X: D x N array, columns are points."""',
                )
            }
        ),
        "layout of 2015",
    ),
    "syntax.zip": (zipped({"model.py": "def f(:\n" + MODEL}), "model.py has a mistake in its syntax in line 1"),
    "rar.zip": (b"Rar!\x1a\x07\x01\x00" + bytes(50), "compressed by rar"),
    "work.tar.xz": (b"\xfd7zXZ\0" + bytes(600), "compressed by xz; hand in a zip or a .tar.gz"),
    "text.tar.gz": (gzip.compress(MODEL.encode()), "the tar cannot be read"),
    "cut_off.tar": (taped({"model.py": MODEL, "more.py": MODEL * 1000})[:8000], "the tar is damaged after model.py"),
    "out.tar": (taped({"../x.py": "x", "model.py": MODEL}), "../x.py leads out of the archive"),
    "link.tar": (
        taped({"a": special("folds.py", tarfile.SYMTYPE, "x"), "model.py": MODEL}),
        "folds.py is a link",
    ),
    "device.tar": (taped({"a": special("x.py", tarfile.CHRTYPE), "model.py": MODEL}), "neither a file nor a folder"),
    "encrypted.zip": (
        zipped({"model.py": MODEL}).replace(b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1"),
        "encrypted",
    ),
    "cell.ipynb": (notebook("x = 1", "def helper(:\n", MODEL), "cell.ipynb: line 1 of code cell 2"),
    "exported.zip": (zipped({"model.py": "get_ipython().magic('x')\n" + MODEL}), "holds lines for IPython"),
    "two.zip": (zipped({"a/model.py": MODEL, "b/model.py": MODEL + "x = 1"}), "several versions of model.py"),
}


@pytest.mark.parametrize("name", NAMED)
def test_what_is_wrong_is_named(tmp_path, box, name):
    content, words = NAMED[name]
    try:
        said = "; ".join(collected(tmp_path, box, name, content).notes)
    except SubmissionRefused as refusal:
        said = str(refusal)
    assert words in said


def test_a_mistake_in_the_syntax_of_a_cell_is_told_with_cell_and_line(tmp_path, box):
    broken = MODEL.replace("return np.sum(x)", "return np.sum(x")
    submission = collected(tmp_path, box, "hw.ipynb", notebook("import os", "%matplotlib inline\n" + broken, ALONE))
    assert submission.modules["model"].startswith("from_notebook")
    with Session(submission.folder, submission.modules, choose_sandbox(), origins=submission.origins) as session:
        with pytest.raises(SubmissionError) as caught:
            session.load("model")
        assert (caught.value.type, caught.value.file, caught.value.line) == (
            "SyntaxError",
            "code cell 2 of hw.ipynb",
            7,
        )


def test_an_exception_in_a_cell_is_told_with_cell_and_line(tmp_path, box):
    raises = MODEL.replace("return np.sum(x)", "return 1 / 0")
    submission = collected(tmp_path, box, "hw.ipynb", notebook("import os\n", "%%time\n\n" + raises, ALONE))
    with Session(submission.folder, submission.modules, choose_sandbox(), origins=submission.origins) as session:
        with pytest.raises(SubmissionError) as caught:
            session.load("model").make("Model").call("fit", [1])
        assert (caught.value.file, caught.value.line) == ("code cell 2 of hw.ipynb", 8)


def test_what_is_not_there_is_named_where_it_is_used(tmp_path, box):
    uses = "import seaborn\n" + MODEL.replace("return np.sum(x)", "return seaborn.mean(x)")
    submission = collected(tmp_path, box, "a.zip", zipped({"model.py": uses, "folds.py": FOLDS}))
    with Session(submission.folder, submission.modules, choose_sandbox()) as session:
        with pytest.raises(SubmissionError, match=r"seaborn.mean is not here") as caught:
            session.load("model").make("Model").call("fit", [1])
        assert (caught.value.type, caught.value.line) == ("ModuleNotFoundError", 7)


def test_a_mistake_in_one_module_of_a_notebook_is_not_in_the_other(tmp_path, box):
    """The second imports the first's class, so that a stand-in can take its place."""
    submission = collected(tmp_path, box, "a.ipynb", notebook(MODEL, ALONE))
    assert "class Model" not in (box / submission.modules["folds"]).read_text()
    (box / "standin.py").write_text("class Model:\n    def fit(self, x):\n        return 41\n")
    with Session(box, submission.modules | {"model": "standin.py"}, choose_sandbox()) as session:
        assert session.load("folds").call("cross_validate", [1]) == 42


def test_a_file_that_nobody_may_read_costs_itself(tmp_path, box):
    submission_folder = tmp_path / "a"
    submission_folder.mkdir()
    (submission_folder / "model.py").write_text(MODEL)
    (submission_folder / "folds.py").write_text(FOLDS)
    (submission_folder / "folds.py").chmod(0)
    found = collect(submission_folder, WANTED, box)
    assert "model" in found.modules
    assert ("folds" in found.modules) == (os.getuid() == 0)


@pytest.mark.parametrize(
    ("name", "others", "student"),
    [
        ("team-1.zip", ["team-1.zip", "team-2.zip"], "team-1"),
        ("team-2.zip", ["team-1.zip", "team-2.zip"], "team-2"),
        ("alice-2.zip", ["alice.zip", "alice-2.zip"], "alice"),
        ("alice-2", ["alice.zip", "alice-2"], "alice"),
        ("alice (1).zip", ["alice (1).zip"], "alice"),
        ("alice.tar.gz", ["alice.tar.gz"], "alice"),
        ("alice (2).tgz", ["alice.tar", "alice (2).tgz"], "alice"),
        ("alice-2.tar.gz", ["alice.tar", "alice-2.tar.gz"], "alice"),
        ("new\nline (1).zip", ["x"], "new\nline"),
    ],
)
def test_a_number_makes_a_second_copy_only_of_what_is_there(name, others, student):
    assert student_of(Path(name), others) == student
