"""Data for the chapters: what comes with the dependencies, pictures drawn on the spot, and real CIFAR-10 and MNIST.

A name is fetched from its module when it is first asked for, so that a chapter about irises neither loads nor depends
on what finds and verifies real data.
"""

from importlib import import_module

#: Where each name is defined. No module has the name of something it offers: the module would hide it.
_OFFERED = {
    "bundled": ("Split", "Table", "breast_cancer", "digits", "halves", "iris", "photograph", "split", "wine"),
    "handwritten": ("Handwriting", "handwriting"),
    "imageset": ("ImageSet", "images"),
    "real": ("CIFAR10_NAMES", "DataError", "available", "cifar10", "data_root", "mnist"),
    "shapes": ("CLASS_NAMES", "DEFAULTS", "DIALS", "shapes32", "shapes32_splits"),
}
_MODULE = {name: module for module, names in _OFFERED.items() for name in names}

__all__ = sorted(_MODULE)


def __getattr__(name: str):
    if name not in _MODULE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_MODULE[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
