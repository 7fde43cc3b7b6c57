"""Tests of utils.data.real and imageset: on tiny made-up files, and on the real ones where DATA_ROOT holds them."""

import gzip
import hashlib
import os
import pickle

import numpy as np
import pytest

from utils.data import CLASS_NAMES, DataError, available, cifar10, data_root, handwriting, images, mnist, real

REAL = bool(os.environ.get("DATA_ROOT"))


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def fake_cifar10(per_batch=20):
    """Contents of tiny files in CIFAR-10's format, by path below the data folder."""
    rng = np.random.default_rng(0)
    files = {}
    for path in real.CIFAR10_FILES:
        batch = {
            "data": rng.integers(0, 256, (per_batch, 3072), dtype=np.uint8),
            "labels": [int(label) for label in rng.integers(0, 10, per_batch)],
        }
        files[path] = pickle.dumps({"label_names": []} if path.endswith("meta") else batch, protocol=2)
    return files


def fake_mnist(train=30, test=10):
    """Contents of tiny files in MNIST's format, unpacked, by path below the data folder."""
    rng = np.random.default_rng(1)
    files = {}
    for path in real.MNIST_FILES:
        n = train if "train" in path else test
        shape, top = ((n, 28, 28), 256) if "idx3" in path else ((n,), 10)
        header = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">u4").tobytes()
        files[path] = header + rng.integers(0, top, shape, dtype=np.uint8).tobytes()
    return files


@pytest.fixture
def root(tmp_path, monkeypatch):
    """An empty data folder, and tables of digests that belong to the tiny files."""
    monkeypatch.setenv("DATA_ROOT", str(tmp_path))
    cifar_files, mnist_files = fake_cifar10(), fake_mnist()
    monkeypatch.setattr(real, "CIFAR10_FILES", {path: md5(content) for path, content in cifar_files.items()})
    monkeypatch.setattr(real, "MNIST_FILES", {path: md5(content) for path, content in mnist_files.items()})
    archives = {f"{path}.gz": md5(gzip.compress(content, mtime=0)) for path, content in mnist_files.items()}
    monkeypatch.setattr(real, "MNIST_ARCHIVES", archives)
    monkeypatch.setattr(real, "_verified", {})
    return tmp_path


def write(root, files):
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)


@pytest.fixture
def cifar_root(root):
    write(root, fake_cifar10())
    return root


def test_digests_and_layout_are_torchvisions():
    datasets = pytest.importorskip("torchvision.datasets")
    published = {name: digest for name, digest in datasets.CIFAR10.train_list + datasets.CIFAR10.test_list}
    published[datasets.CIFAR10.meta["filename"]] = datasets.CIFAR10.meta["md5"]
    assert {
        f"{datasets.CIFAR10.base_folder}/{name}": digest for name, digest in published.items()
    } == real.CIFAR10_FILES
    assert {f"MNIST/raw/{name}": digest for name, digest in datasets.MNIST.resources} == real.MNIST_ARCHIVES


def test_cifar10_has_the_layout_the_book_uses(cifar_root):
    (X_train, y_train), (X_test, y_test) = cifar10()
    assert X_train.shape == (100, 32, 32, 3)
    assert X_test.shape == (20, 32, 32, 3)
    assert X_train.dtype == X_test.dtype == np.uint8
    assert y_train.dtype == y_test.dtype == np.int64
    assert X_train.flags.c_contiguous
    assert X_train.flags.writeable
    first = pickle.loads((cifar_root / real.CIFAR10_FOLDER / "data_batch_1").read_bytes())
    # the file holds all of red row by row, then green, then blue
    assert X_train[3, 5, 7, 1] == first["data"][3, 1024 + 5 * 32 + 7]
    assert list(y_train[:20]) == first["labels"]


@pytest.mark.parametrize("packed", [False, True])
def test_mnist_unpacked_or_packed(root, packed):
    files = fake_mnist()
    write(root, {f"{p}.gz": gzip.compress(c, mtime=0) for p, c in files.items()} if packed else files)
    (X_train, y_train), (X_test, y_test) = mnist()
    assert X_train.shape == (30, 28, 28)
    assert X_test.shape == (10, 28, 28)
    assert X_train.dtype == np.uint8
    assert y_train.dtype == y_test.dtype == np.int64
    assert X_train.tobytes() == files["MNIST/raw/train-images-idx3-ubyte"][16:]
    assert X_train.flags.writeable
    assert available("mnist")


def test_a_broken_unpacked_file_gives_way_to_a_good_packed_one(root):
    files = fake_mnist()
    write(root, {f"{path}.gz": gzip.compress(content, mtime=0) for path, content in files.items()})
    write(root, {"MNIST/raw/train-images-idx3-ubyte": b"rubbish"})
    assert mnist()[0][0].shape == (30, 28, 28)


def test_nothing_there(root):
    assert not available("cifar10")
    assert not available("mnist")
    for load in (cifar10, mnist):
        with pytest.raises(DataError, match=r"is missing; run `make data`, or set DATA_ROOT"):
            load()


def test_one_file_missing_is_named(cifar_root):
    (cifar_root / real.CIFAR10_FOLDER / "data_batch_4").unlink()
    assert not available("cifar10")
    with pytest.raises(DataError, match=r"data_batch_4 is missing"):
        cifar10()


def broken_file(cifar_root, content):
    (cifar_root / real.CIFAR10_FOLDER / "data_batch_2").write_bytes(content)
    assert not available("cifar10")
    with pytest.raises(DataError, match=r"data_batch_2 is damaged or not the published file .* `make data`"):
        cifar10()


def test_truncated_altered_and_empty_files_are_found(cifar_root):
    good = (cifar_root / real.CIFAR10_FOLDER / "data_batch_2").read_bytes()
    broken_file(cifar_root, good[:-100])
    altered = bytearray(good)
    altered[len(good) // 2] ^= 1
    broken_file(cifar_root, bytes(altered))
    broken_file(cifar_root, b"")


def test_a_pickle_that_is_not_verified_is_never_opened(cifar_root):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(cifar_root / "it ran"),)

    broken_file(cifar_root, pickle.dumps(Evil()))
    assert not (cifar_root / "it ran").exists()


def test_a_file_is_hashed_once_and_again_after_a_change(cifar_root, monkeypatch):
    hashed = []
    monkeypatch.setattr(real.hashlib, "md5", lambda c, _md5=hashlib.md5, **kw: hashed.append(len(c)) or _md5(c, **kw))
    cifar10()
    assert len(hashed) == 7
    cifar10()
    assert available("cifar10")
    assert len(hashed) == 7
    batch = cifar_root / real.CIFAR10_FOLDER / "data_batch_2"
    before = batch.stat()
    content = bytearray(batch.read_bytes())
    content[-20] ^= 1
    batch.write_bytes(content)
    os.utime(batch, ns=(before.st_atime_ns, before.st_mtime_ns))  # same size, same time of change
    with pytest.raises(DataError, match="data_batch_2"):
        cifar10()


@pytest.mark.parametrize("method", ["is_file", "read_bytes"])  # the folder, or the file, may not be read
def test_an_unreadable_file_is_named(cifar_root, monkeypatch, method):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(real.Path, method, refuse)
    with pytest.raises(DataError, match=r"data_batch_1 cannot be read: Permission denied; run `make data`"):
        cifar10()


def test_unknown_name():
    with pytest.raises(ValueError, match="'cifar10' and 'mnist', found 'cifar100'"):
        available("cifar100")


def test_data_root_is_the_repositorys_data_folder_by_default(monkeypatch):
    monkeypatch.delenv("DATA_ROOT", raising=False)
    assert data_root().name == "data"
    assert (data_root().parent / "pyproject.toml").is_file()
    monkeypatch.setenv("DATA_ROOT", "  ")
    assert (data_root().parent / "pyproject.toml").is_file()


def test_images_takes_shapes32_when_there_is_no_cifar10(root):
    pictures = images(num_train=20, num_val=10, num_test=10, seed=5)
    assert pictures.name == "shapes32"
    assert pictures.class_names == CLASS_NAMES
    assert pictures.X_train.shape == (20, 32, 32, 3)
    assert pictures.X_test.shape == (10, 32, 32, 3)


def test_images_takes_cifar10_when_it_is_there(cifar_root):
    pictures = images(num_train=70, num_val=30, num_test=15)
    (X, y), (X_test, _) = cifar10()
    assert pictures.name == "cifar10"
    assert pictures.class_names == real.CIFAR10_NAMES
    assert np.array_equal(pictures.X_train, X[:70])
    assert np.array_equal(pictures.y_val, y[70:])
    assert np.array_equal(pictures.X_test, X_test[:15])


def test_images_takes_mnist_by_name(root):
    write(root, fake_mnist())
    pictures = images("mnist", num_train=20, num_val=10, num_test=10)
    assert pictures.X_val.shape == (10, 28, 28)
    assert pictures.class_names[7] == "7"


def test_images_does_not_hide_broken_data(cifar_root):
    (cifar_root / real.CIFAR10_FOLDER / "test_batch").write_bytes(b"half")
    with pytest.raises(DataError, match="test_batch is damaged"):
        images(num_train=10, num_val=5, num_test=5)
    assert images("shapes32", num_train=10, num_val=5, num_test=5).name == "shapes32"


def test_images_does_not_hide_a_mistyped_data_root(root, monkeypatch):
    monkeypatch.setenv("DATA_ROOT", str(root / "nowhere"))
    with pytest.raises(DataError, match=r"DATA_ROOT names .*nowhere"):
        images()


@pytest.mark.parametrize("sizes", [{"num_train": 100}, {"num_test": 21}, {"num_val": 0}, {"num_train": -5}])
def test_images_rejects_sizes(cifar_root, sizes):
    with pytest.raises(ValueError, match="cifar10 has 100 pictures"):
        images(**({"num_train": 50, "num_val": 10, "num_test": 10} | sizes))


def test_images_rejects_a_name():
    with pytest.raises(ValueError, match="found 'imagenet'"):
        images("imagenet")


def nearest(train, labels, test, k):
    """k-NN with L2 on raw pixels in exact integers; ties go to the smaller label."""
    train, test = (X.reshape(len(X), -1).astype(np.float64) for X in (train, test))
    distance = (train**2).sum(axis=1) - 2 * test @ train.T
    votes = labels[np.argsort(distance, axis=1, kind="stable")[:, :k]]
    return np.array([np.bincount(vote, minlength=10).argmax() for vote in votes])


def test_handwriting_is_mnist_where_it_is_there(root):
    write(root, fake_mnist())
    (X_train, y_train), (X_test, y_test) = mnist()
    found = handwriting()
    assert (found.name, found.side) == ("mnist", 28)
    assert found.X_train.dtype == np.float32
    assert np.array_equal(found.pictures(found.X_train) * 255, X_train)
    assert np.array_equal(found.pictures(found.X_test) * 255, X_test)
    assert np.array_equal(found.y_train, y_train)
    assert np.array_equal(found.y_test, y_test)
    assert handwriting("digits").name == "digits"


def test_handwriting_is_the_small_set_elsewhere(root):
    assert handwriting().name == "digits"
    with pytest.raises(DataError, match="make data"):
        handwriting("mnist")


def test_handwriting_does_not_hide_a_broken_file(root):
    write(root, dict(list(fake_mnist().items())[:-1]))
    with pytest.raises(DataError, match="make data"):
        handwriting()


@pytest.mark.skipif(not REAL, reason="DATA_ROOT is not set: the real CIFAR-10 is not here")
def test_knn_on_the_real_cifar10_counts_exactly():
    if not available("cifar10"):
        pytest.skip("DATA_ROOT holds no CIFAR-10")
    (X_train, y_train), (X_test, y_test) = cifar10()
    assert X_train.shape == (50_000, 32, 32, 3)
    assert X_test.shape == (10_000, 32, 32, 3)
    assert np.all(np.bincount(y_train) == 5_000)
    correct = [
        int((nearest(X_train[:5000], y_train[:5000], X_test[:500], k) == y_test[:500]).sum()) for k in (1, 5, 10)
    ]
    assert correct == [137, 139, 141]


@pytest.mark.skipif(not REAL, reason="DATA_ROOT is not set: the real MNIST is not here")
def test_knn_on_the_real_mnist_counts_exactly():
    if not available("mnist"):
        pytest.skip("DATA_ROOT holds no MNIST")
    (X_train, y_train), (X_test, y_test) = mnist()
    assert X_train.shape == (60_000, 28, 28)
    assert X_test.shape == (10_000, 28, 28)
    correct = [
        int((nearest(X_train[:5000], y_train[:5000], X_test[:1000], k) == y_test[:1000]).sum()) for k in (1, 3, 5)
    ]
    assert correct == [902, 909, 910]
