"""Data for the chapters: what comes with the dependencies, pictures drawn on the spot, and real CIFAR-10 and MNIST."""

from utils.data.bundled import Split, Table, breast_cancer, digits, iris, photograph, split, wine
from utils.data.handwriting import Handwriting, handwriting
from utils.data.imageset import ImageSet, images
from utils.data.real import CIFAR10_NAMES, DataError, available, cifar10, data_root, mnist
from utils.data.shapes32 import CLASS_NAMES, DEFAULTS, DIALS, shapes32, shapes32_splits

__all__ = [
    "CIFAR10_NAMES",
    "CLASS_NAMES",
    "DEFAULTS",
    "DIALS",
    "DataError",
    "Handwriting",
    "ImageSet",
    "Split",
    "Table",
    "available",
    "breast_cancer",
    "cifar10",
    "data_root",
    "digits",
    "handwriting",
    "images",
    "iris",
    "mnist",
    "photograph",
    "shapes32",
    "shapes32_splits",
    "split",
    "wine",
]
