"""Fetch CIFAR-10 and MNIST: ``python -m utils.data``, which is what ``make data`` runs.

Nothing counts until it is whole. A file arrives under a name ending in `.part`, its MD5 is compared with the published
one, it is unpacked beside its target, each unpacked file is compared as well, and only then it takes its place in one
step. Interrupted at any moment, the next run goes on from what is there.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import http.client
import os
import shutil
import sys
import tarfile
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from utils.data import real
from utils.data.real import DataError
from utils.files import write_atomically

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

__all__ = ["download", "main"]

#: Addresses and digests as in torchvision.datasets.CIFAR10 and MNIST; the first address that answers is used.
CIFAR10_URLS = ("https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",)
CIFAR10_ARCHIVE, CIFAR10_MD5 = "cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a"
MNIST_URLS = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/")

ATTEMPTS, TIMEOUT, BLOCK = 3, 30.0, 1 << 18  # tries for each address, seconds of silence, bytes


def download(name: str) -> Path:
    """Fetch a real data set into `data_root()`; what is there and good is not fetched again.

    Parameters
    ----------
    name : {"cifar10", "mnist"}

    Returns
    -------
    Path
        The folder that now holds its files, all of them verified.

    Raises
    ------
    DataError
        No network, no permission, disk full, another download of the same file under way, or the addresses hold
        something else than the published files. What has arrived is kept for the next try.
    ValueError
        Another name.
    """
    root = real.data_root()
    folder = root / {"cifar10": real.CIFAR10_FOLDER, "mnist": real.MNIST_FOLDER}.get(name, "")
    if not real.available(name):  # raises ValueError for another name
        with _file_errors(root):
            root.mkdir(parents=True, exist_ok=True)
            (_download_cifar10 if name == "cifar10" else _download_mnist)(root)
        if not real.available(name):
            raise DataError(f"{folder} was written but cannot be verified; remove it and run `make data` again")
    return folder


def main(arguments: list[str] | None = None) -> int:
    """Command line: the data sets to fetch, by default both. Returns 0, or 1 when one of them could not be had."""
    names = sys.argv[1:] if arguments is None else arguments
    unknown = sorted(set(names) - {"cifar10", "mnist"})
    if unknown:
        print(f"usage: python -m utils.data [cifar10] [mnist]; found {' '.join(unknown)}", file=sys.stderr)
        return 2
    failed = False
    for name in names or ("cifar10", "mnist"):
        try:
            print(f"{name}: verified, in {download(name)}")
        except DataError as problem:
            print(f"{name}: {problem}", file=sys.stderr)
            failed = True
        except KeyboardInterrupt:
            print(f"\n{name}: interrupted; run `make data` again, it goes on where it stopped", file=sys.stderr)
            return 130
    return int(failed)


def _download_cifar10(root: Path) -> None:
    own = root / CIFAR10_ARCHIVE  # someone may have put the archive there by hand
    if own.is_file() and _md5(own) == CIFAR10_MD5:
        _unpack_cifar10(own, root)
        return
    with _fetched(CIFAR10_URLS, root / f"{CIFAR10_ARCHIVE}.part", CIFAR10_MD5) as archive:
        _unpack_cifar10(archive, root)


def _unpack_cifar10(archive: Path, root: Path) -> None:
    """Take the seven files out of the archive, verify each, and put them in their place.

    Only members that are plain files with exactly the expected names are looked at, and they are written under names
    of our own, so whatever else an archive may hold has no way out of the folder.
    """
    staging = root / ".unpacking"
    shutil.rmtree(staging, ignore_errors=True)  # of a run that was killed
    try:
        staging.mkdir()
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                if member.name in real.CIFAR10_FILES and member.isfile():
                    target = staging / Path(member.name).name
                    with tar.extractfile(member) as source, target.open("wb") as sink:
                        shutil.copyfileobj(source, sink)
        for file, md5 in real.CIFAR10_FILES.items():
            unpacked = staging / Path(file).name
            if not unpacked.is_file() or _md5(unpacked) != md5:
                raise DataError(f"{archive} lacks a good {file}; remove the archive and run `make data` again")
        _put_in_place(staging, root / real.CIFAR10_FOLDER)
    except (tarfile.TarError, EOFError, zlib.error) as problem:
        raise DataError(f"{archive} cannot be unpacked ({problem}); remove it and run `make data` again") from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _put_in_place(staging: Path, folder: Path) -> None:
    """Rename the folder; where there is one already, replace its files one by one and leave other files alone."""
    if not folder.exists():
        staging.rename(folder)
        return
    for file in staging.iterdir():
        os.replace(file, folder / file.name)


def _download_mnist(root: Path) -> None:
    (root / real.MNIST_FOLDER).mkdir(parents=True, exist_ok=True)
    for file, md5 in real.MNIST_FILES.items():
        target, archive_md5 = root / file, real.MNIST_ARCHIVES[f"{file}.gz"]
        own = Path(f"{target}.gz")
        if (target.is_file() and _md5(target) == md5) or (own.is_file() and _md5(own) == archive_md5):
            continue
        urls = [f"{mirror}{own.name}" for mirror in MNIST_URLS]
        with _fetched(urls, Path(f"{own}.part"), archive_md5) as archive:
            content = gzip.decompress(archive.read_bytes())
            if hashlib.md5(content, usedforsecurity=False).hexdigest() != md5:
                raise DataError(f"{archive} does not hold a good {target.name}; remove it and run `make data` again")
            write_atomically(target, content)


@contextmanager
def _fetched(urls, part: Path, md5: str) -> Iterator[Path]:
    """The file at one of the addresses, whole and verified, while the context lasts; removed when that went well."""
    with part.open("ab") as sink:
        _lock(sink, part)
        problems = []
        for url in () if _md5(part) == md5 else urls:
            try:
                _fetch(url, part, sink)
            except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as problem:
                problems.append(f"{url}: {_reason(problem)}")
                continue
            if _md5(part) == md5:
                break
            sink.truncate(0)  # a wrong file is no beginning of the right one
            problems.append(f"{url}: what it holds is not the published file")
        if _md5(part) != md5:
            raise DataError(f"cannot download {'; '.join(problems)}; check the network and run `make data` again")
        yield part
    part.unlink()


def _fetch(url: str, part: Path, sink) -> None:
    """Append what is missing of the file at `url`, starting again from what has arrived when the connection breaks."""
    for attempt in range(ATTEMPTS):
        try:
            _fetch_rest(url, part, sink)
            return
        except urllib.error.HTTPError as problem:
            if problem.code == 416:  # nothing follows what we have: whole, or something else altogether
                return
            raise
        except (http.client.HTTPException, ConnectionError, TimeoutError):
            if attempt == ATTEMPTS - 1:
                raise


def _fetch_rest(url: str, part: Path, sink) -> None:
    have = sink.seek(0, os.SEEK_END)
    request = urllib.request.Request(url, headers={"User-Agent": "every-equation-runs"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
        if have and not (response.headers.get("Content-Range") or "").startswith(f"bytes {have}-"):
            sink.truncate(0)  # the server sends the file from its beginning
            have = 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length else None
        name = part.name.removesuffix(".part")
        with tqdm(total=total, initial=have, desc=name, unit="B", unit_scale=True, unit_divisor=1024) as bar:
            while block := response.read(BLOCK):
                sink.write(block)
                bar.update(len(block))
                have += len(block)
            sink.flush()
    if total is not None and have < total:
        raise ConnectionError(f"the connection broke after {have:,} of {total:,} bytes")


def _lock(sink, part: Path) -> None:
    if fcntl is None:
        return
    try:
        fcntl.flock(sink, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DataError(f"{part} is being downloaded by another process; wait for it to finish") from None


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _reason(problem: Exception) -> str:
    reason = getattr(problem, "reason", None)  # of a URLError: text from the server, or why there was no connection
    return f"no network ({reason})" if isinstance(reason, OSError) else str(problem)


@contextmanager
def _file_errors(root: Path) -> Iterator[None]:
    """Turn what the file system refuses into one line that says what to do."""
    elsewhere = "set DATA_ROOT to a folder you may write to and run `make data` again"
    try:
        yield
    except OSError as problem:
        where = problem.filename or root
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            message = f"the disk is full: {where}; make room (about 600 MB), or {elsewhere}"
        elif problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EISDIR):
            message = f"cannot write to {where} ({problem.strerror}); {elsewhere}"
        else:
            message = f"{where}: {problem.strerror or problem}; {elsewhere}"
        raise DataError(message) from None
