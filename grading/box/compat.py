"""What solutions written for CS231n import, so that they run unchanged: inside the box, and in a learner's notebook.

`cs231n.classifiers.linear_svm`, `cs231n.layers` and so on lead to the submission's own files, wherever they lie;
helpers of the course that a submission may lack (`cs231n.gradient_check`, `cs231n.vis_utils` …) are empty stand-ins;
`past.builtins`, `builtins`, `future` and `six.moves` offer the names of Python 2 that appear there.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import itertools
import sys
import types
from pathlib import Path

__all__ = ["install"]

#: Packages that only exist to lead to the submission's files.
PACKAGES = ("cs231n", "cs231n.classifiers")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, folder: Path, modules: dict[str, str]):
        self.folder, self.files = folder, {name: folder / path for name, path in modules.items()}

    def find_spec(self, fullname, path=None, target=None):
        name = fullname.rpartition(".")[2]
        inside = fullname.split(".")[0] == "cs231n"
        if fullname in PACKAGES:
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        if fullname in self.files or (inside and name in self.files):
            if inside:  # one module, whichever of its names it is imported by
                return importlib.machinery.ModuleSpec(fullname, _Alias(name))
            spec = importlib.util.spec_from_file_location(fullname, self.files[fullname])
            spec.loader = _InPackage(fullname, str(self.files[fullname]))
            return spec
        if inside:
            return importlib.machinery.ModuleSpec(fullname, self)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        if module.__name__ in PACKAGES:
            module.__path__ = []
            module.__getattr__ = _reexport(self.files)
        else:
            module.__getattr__ = _absent(module.__name__)
            module.__all__ = []


class _InPackage(importlib.machinery.SourceFileLoader):
    """Lets `from ..layers import *` find its way although the file lies elsewhere."""

    def exec_module(self, module):
        module.__package__ = "cs231n.classifiers"
        super().exec_module(module)


class _Alias(importlib.abc.Loader):
    def __init__(self, name: str):
        self.name = name

    def create_module(self, spec):
        module = importlib.import_module(self.name)
        self.spec = module.__spec__
        return module

    def exec_module(self, module):
        module.__spec__ = self.spec  # not that of the other name: autoreload reloads a module by its spec


def _reexport(files):
    """`from cs231n.classifiers import KNearestNeighbor` looks through the submission's files."""

    def find(name: str):
        if not name.startswith("__"):
            for module in files:
                found = importlib.import_module(module)
                if hasattr(found, name):
                    return getattr(found, name)
        raise AttributeError(f"no file of the submission defines {name}")

    return find


def _absent(module: str):
    def find(name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return _missing(f"{module}.{name}")

    return find


def _missing(name: str):
    def call(*arguments, **keywords):
        raise ImportError(f"{name} is not part of this assignment; the graded functions must do without it")

    return call


def install(folder: Path, modules: dict[str, str]) -> None:
    """Make the submission in `folder` importable; `modules` maps names to files below it."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
    sys.meta_path.insert(0, _Finder(folder, modules))
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    names = {
        "xrange": range,
        "range": range,
        "object": object,
        "zip": zip,
        "map": map,
        "filter": filter,
        "input": input,
        "str": str,
        "int": int,
        "basestring": str,
        "unicode": str,
        "long": int,
        "raw_input": input,
        "zip_longest": itertools.zip_longest,
    }
    for package, children in {"past": ["builtins"], "future": ["builtins", "utils"], "six": ["moves"]}.items():
        if package not in sys.modules and importlib.util.find_spec(package) is None:
            _stand_in(package, children, names)


def _stand_in(package: str, children: list[str], names: dict) -> None:
    parent = sys.modules[package] = types.ModuleType(package)
    parent.__path__ = []
    for child in children:
        module = types.ModuleType(f"{package}.{child}")
        vars(module).update(names)
        sys.modules[module.__name__] = module
        setattr(parent, child, module)
