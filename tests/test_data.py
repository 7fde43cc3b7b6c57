"""Tests of the package utils.data as a whole: what it offers, and that asking for one thing loads no other."""

import pkgutil
import subprocess
import sys

import pytest

from utils import data

#: What costs a kernel seconds to load.
HEAVY = {"matplotlib", "pandas", "sklearn", "torch", "torchvision"}


def loaded(code):
    """Names of the modules that a fresh interpreter holds after running the code."""
    code += "\nimport sys\nprint(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split())


@pytest.mark.parametrize("name", data.__all__)
def test_every_name_is_where_the_table_says(name):
    value = getattr(data, name)
    assert value is getattr(data, name)
    assert name in dir(data)
    module = getattr(value, "__module__", None)
    assert module in (None, f"utils.data.{data._MODULE[name]}")


def test_no_module_hides_a_name_that_the_package_offers():
    assert not {module.name for module in pkgutil.iter_modules(data.__path__)} & set(data.__all__)


def test_unknown_names_are_refused():
    with pytest.raises(AttributeError, match=r"'utils\.data' has no attribute 'emnist'"):
        _ = data.emnist
    with pytest.raises(ImportError, match="cannot import name 'emnist'"):
        from utils.data import emnist  # noqa: F401


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("import utils.data", set()),
        ("from utils.data import iris, split", {"bundled"}),
        ("from utils import data; data.shapes32(1)", {"shapes"}),
        (
            "from utils.data import images; images('shapes32', num_train=1, num_val=1, num_test=1)",
            {"imageset", "shapes"},
        ),
        ("from utils.data import handwriting; handwriting('digits')", {"handwritten", "bundled"}),
        ("from utils.data import DataError", {"real"}),
    ],
)
def test_what_is_asked_for_is_loaded_and_nothing_else(code, wanted):
    prefix = "utils.data."
    assert {name.removeprefix(prefix) for name in loaded(code) if name.startswith(prefix)} == wanted


def test_importing_data_and_checks_loads_nothing_heavy():
    modules = [f"utils.data.{module.name}" for module in pkgutil.iter_modules(data.__path__) if module.name[0] != "_"]
    code = "import utils.checks, utils.gradcheck, " + ", ".join(modules)
    assert not loaded(code) & HEAVY
