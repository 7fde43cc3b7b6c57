"""What solutions written for CS231n import, so that they run unchanged: inside the box, and in a learner's notebook.

`cs231n.classifiers.linear_svm`, `cs231n.layers` and so on lead to the submission's own files, wherever they lie;
helpers of the course that a submission may lack (`cs231n.gradient_check`, `cs231n.vis_utils` …) are empty stand-ins;
`past.builtins`, `builtins`, `future` and `six.moves` offer the names of Python 2 that appear there. In the box, modules
that lie beside the submission's own are found, too, and what is imported at the top of a file and is not there
(`google.colab`, `seaborn`) only matters where it is used.
"""

from __future__ import annotations

import ast
import builtins
import importlib.abc
import importlib.machinery
import importlib.util
import itertools
import sys
import types
from pathlib import Path

__all__ = ["install", "loaded"]

#: Packages that only exist to lead to the submission's files.
PACKAGES = ("cs231n", "cs231n.classifiers")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, folder: Path, modules: dict[str, str], lenient: bool):
        self.folder, self.files = folder, {name: folder / path for name, path in modules.items()}
        places = [place for path in self.files.values() for place in path.parents if place.is_relative_to(folder)]
        self.beside = sorted(set(places), key=lambda place: -len(place.parts)) if lenient else []

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
        found = self._beside(name) if inside or "." not in fullname else None
        if found is not None and (inside or not self._is_elsewhere(fullname)):
            if inside:
                return importlib.machinery.ModuleSpec(fullname, _Alias(name, or_nothing=True))
            spec = importlib.util.spec_from_file_location(fullname, found)
            spec.loader = _InPackage(fullname, str(found))
            return spec
        if inside:
            return importlib.machinery.ModuleSpec(fullname, self)
        return None

    def _beside(self, name: str) -> Path | None:
        """A file of that name beside the submission's modules."""
        return next((path for here in self.beside if (path := here / f"{name}.py").is_file()), None)

    def _is_elsewhere(self, name: str) -> bool:
        """Whether the name is that of something that Python has."""
        if name in sys.builtin_module_names or name in sys.stdlib_module_names:
            return True
        return (
            importlib.machinery.PathFinder.find_spec(name, [p for p in sys.path if not self._is_below(p)]) is not None
        )

    def _is_below(self, path: str) -> bool:
        return Path(path or ".").absolute().is_relative_to(self.folder.absolute())

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
    def __init__(self, name: str, or_nothing: bool = False):
        self.name, self.or_nothing = name, or_nothing

    def create_module(self, spec):
        try:
            module = importlib.import_module(self.name)
        except Exception:
            if not self.or_nothing:
                raise
            module = types.ModuleType(spec.name)  # a helper of the course that no longer runs, and may not be needed
            module.__getattr__, module.__all__, module.__spec__ = _absent(spec.name), [], spec
        self.spec = module.__spec__
        return module

    def exec_module(self, module):
        module.__spec__ = self.spec  # not that of the other name: autoreload reloads a module by its spec


class _Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The last to be asked: in the place of a module that is not here, one of which any use says so.

    Only for imports at the top of one of the submission's files: one in a `try` has something in its place.
    """

    def __init__(self, folder: Path):
        self.folder, self.names, self.before = str(folder), set(), builtins.__import__

    def find_spec(self, fullname, path=None, target=None):
        if not any(f"{fullname}.".startswith(f"{name}.") for name in self.names):
            if not self._is_at_the_top():
                return None
            self.names.add(fullname)  # with all that lies below; what it lies in may be there, as `google` often is
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.__path__, module.__all__ = [], []
        module.__getattr__ = lambda name: _nothing_there(module.__name__, name)

    def importing(self, name, globals=None, locals=None, fromlist=(), level=0):
        """As `__import__`; names that a module has lost are as absent as modules that are not here."""
        module = self.before(name, globals, locals, fromlist, level)
        lost = [part for part in fromlist or () if part != "*" and not hasattr(module, part)]
        if lost and level == 0 and self._is_at_the_top():
            return _Partly(module)
        return module

    def _is_at_the_top(self) -> bool:
        frame = sys._getframe()
        while frame and ("importlib" in frame.f_code.co_filename or frame.f_code.co_filename == __file__):
            frame = frame.f_back
        if not frame or not frame.f_code.co_filename.startswith(self.folder) or frame.f_code.co_name != "<module>":
            return False
        try:
            tree = ast.parse(Path(frame.f_code.co_filename).read_text("utf-8", errors="replace"))
        except (OSError, SyntaxError, ValueError, RecursionError):
            return False
        imports = (ast.Import, ast.ImportFrom)
        return any(isinstance(n, imports) and n.lineno <= frame.f_lineno <= n.end_lineno for n in tree.body)


class _Partly:
    """A module, and in the place of what it no longer has, something of which any use says so."""

    def __init__(self, module):
        self._module = module

    def __getattr__(self, name: str):
        return (
            getattr(self._module, name) if hasattr(self._module, name) else _nothing_there(self._module.__name__, name)
        )


def _nothing_there(module: str, name: str):
    if name.startswith("__"):
        raise AttributeError(name)
    return _NotHere(f"{module}.{name}")


class _NotHere:
    """Something of a module that is not here: while files are loaded it may be called, later it says so."""

    loading = True

    def __init__(self, name: str):
        self._name = name

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return _NotHere(f"{self._name}.{name}")

    def __call__(self, *arguments, **keywords):
        if not _NotHere.loading:
            raise ModuleNotFoundError(f"{self._name} is not here where your code is graded; do without it")
        if len(arguments) == 1 and not keywords and callable(arguments[0]):  # a decorator
            return arguments[0]
        return self


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


def install(folder: Path, modules: dict[str, str], *, lenient: bool = False) -> None:
    """Make the submission in `folder` importable; `modules` maps names to files below it.

    Where it is `lenient`, imports at the top of its files may name what is not here.
    """
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, (_Finder, _Absent))]
    sys.meta_path.insert(0, _Finder(folder, modules, lenient))
    if lenient:
        absent = _Absent(folder)
        sys.meta_path.append(absent)
        builtins.__import__ = absent.importing
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


def loaded(is_so: bool) -> None:
    """Say whether the submission's files are loaded: from then on, what is not here may not be used."""
    _NotHere.loading = not is_so


def _stand_in(package: str, children: list[str], names: dict) -> None:
    parent = sys.modules[package] = types.ModuleType(package)
    parent.__path__ = []
    for child in children:
        module = types.ModuleType(f"{package}.{child}")
        vars(module).update(names)
        sys.modules[module.__name__] = module
        setattr(parent, child, module)
