"""CIFAR-10 and MNIST where they have been downloaded, and every file of them verified before it is used.

The files lie in the folder named by the environment variable DATA_ROOT or, without it, in `data/` at the root of the
repository, in torchvision's layout; `make data` puts them there. A file counts as good when its MD5 is the published
one. CIFAR-10's files are pickles, and unpickling can run code: nothing is unpickled that has not been verified.

Sources: A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images (2009); Y. LeCun, C. Cortes and C. J. C.
Burges, The MNIST database of handwritten digits (1998). Digests as published by torchvision; those of MNIST's unpacked
files were computed from unpacked files whose archives have the published digests.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import pickle
import zlib
from pathlib import Path

import numpy as np

__all__ = ["CIFAR10_NAMES", "DataError", "available", "cifar10", "data_root", "is_there", "mnist"]

CIFAR10_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

#: MD5 of every file, by its path below the data folder.
CIFAR10_FOLDER = "cifar-10-batches-py"
CIFAR10_FILES = {
    f"{CIFAR10_FOLDER}/data_batch_1": "c99cafc152244af753f735de768cd75f",
    f"{CIFAR10_FOLDER}/data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    f"{CIFAR10_FOLDER}/data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    f"{CIFAR10_FOLDER}/data_batch_4": "634d18415352ddfa80567beed471001a",
    f"{CIFAR10_FOLDER}/data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    f"{CIFAR10_FOLDER}/test_batch": "40351d587109b95175f43aff81a1287e",
    f"{CIFAR10_FOLDER}/batches.meta": "5ff9c542aee3614f3951f8cda6e48888",
}
MNIST_FOLDER = "MNIST/raw"
MNIST_FILES = {
    f"{MNIST_FOLDER}/train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    f"{MNIST_FOLDER}/train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    f"{MNIST_FOLDER}/t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    f"{MNIST_FOLDER}/t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
MNIST_ARCHIVES = {
    f"{MNIST_FOLDER}/train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    f"{MNIST_FOLDER}/train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
    f"{MNIST_FOLDER}/t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
    f"{MNIST_FOLDER}/t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
}

#: What the file system said about a file when its MD5 was found right: (size, times, inode) by path and digest.
_verified: dict[tuple[str, str], tuple] = {}


class DataError(RuntimeError):
    """Real data is missing or broken, or cannot be fetched; the message names the file and the remedy."""


def data_root() -> Path:
    """The folder of the real data: DATA_ROOT, or `data/` at the root of the repository."""
    given = os.environ.get("DATA_ROOT", "").strip()
    return Path(given).expanduser() if given else Path(__file__).resolve().parents[2] / "data"


def available(name: str) -> bool:
    """Whether every file of a data set ("cifar10" or "mnist") is there and verified. A broken file makes it False.

    Raises ValueError for another name.
    """
    try:
        for path, alternatives in _files(name):
            _read(path, alternatives, keep=False)
    except DataError:
        return False
    return True


def is_there(name: str) -> bool:
    """Whether the folder of a data set ("cifar10" or "mnist") exists, be its files good or not.

    What chooses a data set by itself asks this, so that a broken file is an error and not another data set.

    Raises
    ------
    DataError
        DATA_ROOT names a folder that does not exist.
    ValueError
        Another name.
    """
    root = data_root()
    if os.environ.get("DATA_ROOT", "").strip() and not root.is_dir():
        raise DataError(f"DATA_ROOT names {root}, which is not a folder; correct it or unset it")
    return all(path.parent.is_dir() for path, _ in _files(name))


def cifar10() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """CIFAR-10: small colour photographs of ten kinds of things, `CIFAR10_NAMES`.

    Returns
    -------
    (X_train, y_train), (X_test, y_test)
        X of shape (50000, 32, 32, 3) and (10000, 32, 32, 3), uint8; y of shape (50000,) and (10000,), int64. In the
        published order.

    Raises
    ------
    DataError
        A file is missing, cannot be read, or is not the published one.
    """
    batches = []
    for path, alternatives in _files("cifar10"):
        content = _read(path, alternatives)
        if path.name == "batches.meta":
            continue
        batch = pickle.loads(content, encoding="latin1")  # verified by `_read`
        X = np.ascontiguousarray(np.reshape(batch["data"], (-1, 3, 32, 32)).transpose(0, 2, 3, 1))
        batches.append((X, np.array(batch["labels"], dtype=np.int64)))
    *train, (X_test, y_test) = batches
    X_train, y_train = (np.concatenate(arrays) for arrays in zip(*train, strict=True))
    return (X_train, y_train), (X_test, y_test)


def mnist() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """MNIST: handwritten digits, white on black.

    Returns
    -------
    (X_train, y_train), (X_test, y_test)
        X of shape (60000, 28, 28) and (10000, 28, 28), uint8; y of shape (60000,) and (10000,), int64. In the
        published order.

    Raises
    ------
    DataError
        A file is missing, cannot be read, or is not the published one. Each may be unpacked or .gz.
    """
    arrays = [_idx(_read(path, alternatives)) for path, alternatives in _files("mnist")]
    X_train, y_train, X_test, y_test = arrays
    return (X_train, y_train.astype(np.int64)), (X_test, y_test.astype(np.int64))


def _files(name: str) -> list[tuple[Path, list[tuple[Path, str]]]]:
    """Each file of a data set with the forms in which it may be stored: (path, MD5)."""
    root = data_root()
    if name == "cifar10":
        return [(root / file, [(root / file, md5)]) for file, md5 in CIFAR10_FILES.items()]
    if name == "mnist":
        return [
            (root / file, [(root / file, md5), (root / f"{file}.gz", MNIST_ARCHIVES[f"{file}.gz"])])
            for file, md5 in MNIST_FILES.items()
        ]
    raise ValueError(f"the real data sets are 'cifar10' and 'mnist', found {name!r}")


def _read(path: Path, alternatives: list[tuple[Path, str]], keep: bool = True) -> bytes | None:
    """Content of the first form of a file that is good, unpacked; with `keep=False` only see that there is one."""
    broken = None
    for form, md5 in alternatives:
        try:
            if not form.is_file():
                continue
            if not keep and _known_good(form, md5):
                return None
            content = _verified_content(form, md5)
            return gzip.decompress(content) if form.suffix == ".gz" else content
        except (OSError, EOFError, zlib.error) as problem:
            broken = broken or f"{form} cannot be read: {problem.strerror or problem}"
        except DataError as problem:
            broken = broken or str(problem)
    remedy = "run `make data`, or set DATA_ROOT to the folder that holds it"
    raise DataError(f"{broken or f'{path} is missing'}; {remedy}")


def _verified_content(path: Path, md5: str) -> bytes:
    """The bytes of a file whose MD5 is right; they are hashed once, and again when the file has changed since."""
    if _known_good(path, md5):
        return path.read_bytes()
    before = _fingerprint(path)
    content = path.read_bytes()
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if found != md5:
        raise DataError(f"{path} is damaged or not the published file (MD5 {found}, expected {md5})")
    _verified[str(path), md5] = before
    return content


def _known_good(path: Path, md5: str) -> bool:
    return _verified.get((str(path), md5)) == _fingerprint(path)


def _fingerprint(path: Path) -> tuple:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def _idx(content: bytes) -> np.ndarray:
    """Array of bytes in the idx format: 0, 0, type 8, number of axes, their lengths (big-endian 32 bits), data."""
    axes = content[3]
    shape = np.frombuffer(content, ">u4", axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(tuple(shape)).copy()
