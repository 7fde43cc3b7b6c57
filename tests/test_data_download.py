"""Tests of utils.data.download against a server of our own on 127.0.0.1 that can be told to misbehave."""

# ruff: noqa: F811  (the fixture `root` is imported)

import errno
import gzip
import http.server
import io
import tarfile
import threading
from collections import defaultdict

import pytest

from tests.test_data_real import fake_cifar10, fake_mnist, md5, root, write  # noqa: F401
from utils.data import DataError, available, cifar10, mnist, real
from utils.data import download as fetching
from utils.data.download import download, main


def archive(files, extra=()):
    """A .tar.gz of contents by path, and of further members given as (TarInfo, content)."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for path, content in files.items():
            info = tarfile.TarInfo(path)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        for info, content in extra:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


class Site:
    """What the server holds and how it behaves; `requests` lists (path, Range header) as they came."""

    def __init__(self):
        self.files, self.requests, self.ranges = {}, [], True
        self.cuts = defaultdict(list)  # for each path: after how many bytes to drop the connection, in turn

    def publish(self, monkeypatch, content, mnist_files=None):
        """Serve an archive of CIFAR-10, and files of MNIST, with the digests that belong to them."""
        self.files["/cifar.tar.gz"] = content
        monkeypatch.setattr(fetching, "CIFAR10_MD5", md5(content))
        for path, raw in (mnist_files or {}).items():
            self.files[f"/mnist/{path.rsplit('/')[-1]}.gz"] = gzip.compress(raw, mtime=0)


@pytest.fixture
def site(monkeypatch):
    site = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            wanted = self.headers.get("Range")
            site.requests.append((self.path, wanted))
            content = site.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and site.ranges else 0
            if start >= len(content) and start:
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            cuts = site.cuts[self.path]
            self.wfile.write(content[start : start + cuts.pop(0)] if cuts else content[start:])

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(fetching, "CIFAR10_URLS", (f"{address}/cifar.tar.gz",))
    monkeypatch.setattr(fetching, "MNIST_URLS", (f"{address}/mnist/",))
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


def left_over(folder):
    """Names of all files below a folder that are not in the two data sets."""
    known = {*real.CIFAR10_FILES, *real.MNIST_FILES}
    return sorted(p for f in folder.rglob("*") if f.is_file() and (p := str(f.relative_to(folder))) not in known)


def test_addresses_and_digests_are_torchvisions():
    datasets = pytest.importorskip("torchvision.datasets")
    assert datasets.CIFAR10.url in fetching.CIFAR10_URLS
    assert datasets.CIFAR10.tgz_md5 == fetching.CIFAR10_MD5
    assert datasets.CIFAR10.filename == fetching.CIFAR10_ARCHIVE
    assert tuple(datasets.MNIST.mirrors) == fetching.MNIST_URLS


def test_both_sets_arrive_and_are_not_fetched_twice(root, site, monkeypatch, capsys):
    site.publish(monkeypatch, archive(fake_cifar10()), fake_mnist())
    assert main([]) == 0
    assert "cifar10: verified" in capsys.readouterr().out
    assert cifar10()[0][0].shape == (100, 32, 32, 3)
    assert mnist()[0][0].shape == (30, 28, 28)
    assert left_over(root) == []
    count = len(site.requests)
    assert main(["cifar10", "mnist"]) == 0
    assert len(site.requests) == count == 5


def test_a_cut_connection_is_taken_up_where_it_broke(root, site, monkeypatch):
    content = archive(fake_cifar10())
    site.publish(monkeypatch, content)
    site.cuts["/cifar.tar.gz"] = [1000, 500]
    download("cifar10")
    assert [wanted for _, wanted in site.requests] == [None, "bytes=1000-", "bytes=1500-"]
    assert available("cifar10")
    assert left_over(root) == []


def test_a_server_without_ranges_sends_it_all_again(root, site, monkeypatch):
    site.publish(monkeypatch, archive(fake_cifar10()))
    site.cuts["/cifar.tar.gz"], site.ranges = [1000], False
    download("cifar10")
    assert available("cifar10")


def test_half_a_download_is_kept_but_never_taken_for_data(root, site, monkeypatch):
    site.publish(monkeypatch, archive(fake_cifar10()))
    site.cuts["/cifar.tar.gz"] = [700] * fetching.ATTEMPTS
    with pytest.raises(DataError, match=r"the connection broke after 2,100 of .* run `make data` again") as error:
        download("cifar10")
    assert "\n" not in str(error.value)
    assert not available("cifar10")
    assert left_over(root) == ["cifar-10-python.tar.gz.part"]
    download("cifar10")  # the next run
    assert site.requests[-1][1] == "bytes=2100-"
    assert left_over(root) == []


def test_a_whole_download_that_was_not_unpacked_needs_no_network(root, site, monkeypatch):
    content = archive(fake_cifar10())
    site.publish(monkeypatch, content)
    write(root, {"cifar-10-python.tar.gz.part": content})
    download("cifar10")
    assert site.requests == []
    assert available("cifar10")


def test_an_archive_put_there_by_hand_is_used_and_kept(root, site, monkeypatch):
    content = archive(fake_cifar10())
    site.publish(monkeypatch, content)
    write(root, {"cifar-10-python.tar.gz": content})
    download("cifar10")
    assert site.requests == []
    assert left_over(root) == ["cifar-10-python.tar.gz"]


def test_wrong_content_of_the_right_length_is_thrown_away(root, site, monkeypatch):
    content = archive(fake_cifar10())
    site.publish(monkeypatch, content)
    site.files["/cifar.tar.gz"] = bytes(len(content))
    with pytest.raises(DataError, match="what it holds is not the published file"):
        download("cifar10")
    assert not available("cifar10")
    assert (root / "cifar-10-python.tar.gz.part").stat().st_size == 0
    site.files["/cifar.tar.gz"] = content
    download("cifar10")
    assert available("cifar10")


@pytest.mark.parametrize("length", [300, 10**6])
def test_rubbish_in_the_part_file_is_replaced(root, site, monkeypatch, length):
    site.publish(monkeypatch, archive(fake_cifar10()))
    write(root, {"cifar-10-python.tar.gz.part": b"x" * length})  # shorter, and longer, than the real one
    with pytest.raises(DataError, match="not the published file"):
        download("cifar10")
    download("cifar10")
    assert available("cifar10")


def test_the_second_address_is_used_when_the_first_fails(root, site, monkeypatch):
    site.publish(monkeypatch, b"", fake_mnist())
    (good,) = fetching.MNIST_URLS
    monkeypatch.setattr(fetching, "MNIST_URLS", (good.replace("/mnist/", "/gone/"), good))
    download("mnist")
    assert available("mnist")


def test_no_network_is_one_line_with_the_remedy(root, monkeypatch, capsys):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(fetching, "CIFAR10_URLS", ("http://127.0.0.1:9/cifar.tar.gz",))  # nobody listens there
    assert main(["cifar10"]) == 1
    message = capsys.readouterr().err.strip()
    assert "no network" in message
    assert message.endswith("check the network and run `make data` again")
    assert "\n" not in message


def test_a_file_that_is_gone_from_the_server(root, site):
    with pytest.raises(DataError, match=r"cifar\.tar\.gz: HTTP Error 404: "):
        download("cifar10")


def test_only_what_is_missing_of_mnist_is_fetched(root, site, monkeypatch):
    files = fake_mnist()
    site.publish(monkeypatch, b"", files)
    write(root, files)
    (root / "MNIST/raw/t10k-labels-idx1-ubyte").write_bytes(b"broken")
    download("mnist")
    assert [path for path, _ in site.requests] == ["/mnist/t10k-labels-idx1-ubyte.gz"]
    assert available("mnist")


def test_a_broken_batch_is_replaced_and_other_files_stay(root, site, monkeypatch):
    site.publish(monkeypatch, archive(fake_cifar10()))
    write(root, fake_cifar10())
    folder = root / real.CIFAR10_FOLDER
    write(folder, {"data_batch_3": b"broken", "my notes": b"precious"})
    download("cifar10")
    assert available("cifar10")
    assert (folder / "my notes").read_bytes() == b"precious"


def test_members_that_point_outside_are_not_written(root, site, monkeypatch, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "evil"
    link = tarfile.TarInfo(f"{real.CIFAR10_FOLDER}/link")
    link.type, link.linkname = tarfile.SYMTYPE, str(outside.parent)
    names = ("../evil", str(outside), f"{real.CIFAR10_FOLDER}/../../evil", f"{real.CIFAR10_FOLDER}/link/evil")
    extra = [(link, b""), *((tarfile.TarInfo(name), b"evil") for name in names)]
    site.publish(monkeypatch, archive(fake_cifar10(), extra))
    download("cifar10")
    assert available("cifar10")
    assert left_over(root) == []
    assert not outside.exists()
    assert not (root.parent / "evil").exists()


def test_a_link_in_the_place_of_a_batch_is_not_followed(root, site, monkeypatch, tmp_path_factory):
    target = tmp_path_factory.mktemp("outside") / "batch"
    files = fake_cifar10()
    first = f"{real.CIFAR10_FOLDER}/data_batch_1"
    target.write_bytes(files.pop(first))
    link = tarfile.TarInfo(first)
    link.type, link.linkname = tarfile.SYMTYPE, str(target)
    site.publish(monkeypatch, archive(files, [(link, b"")]))
    with pytest.raises(DataError, match=r"lacks a good .*data_batch_1"):
        download("cifar10")
    assert not (root / real.CIFAR10_FOLDER).exists()


@pytest.mark.parametrize("content", [b"no archive at all", archive(fake_cifar10())[:3000]])
def test_an_archive_that_cannot_be_unpacked_leaves_nothing_behind(root, site, monkeypatch, content):
    site.publish(monkeypatch, content)  # with the digest that belongs to it: the archive itself is bad
    with pytest.raises(DataError, match=r"cannot be unpacked .* remove it"):
        download("cifar10")
    assert not (root / real.CIFAR10_FOLDER).exists()
    assert left_over(root) == ["cifar-10-python.tar.gz.part"]


def test_interrupted_while_unpacking(root, site, monkeypatch, capsys):
    site.publish(monkeypatch, archive(fake_cifar10()))
    monkeypatch.setattr(fetching, "_put_in_place", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
    assert main(["cifar10"]) == 130
    assert "goes on where it stopped" in capsys.readouterr().err
    assert not (root / real.CIFAR10_FOLDER).exists()
    monkeypatch.undo()


def test_a_file_in_the_place_of_the_folder(root, monkeypatch):
    write(root, {"taken": b""})
    for place in ("taken", "taken/below"):
        monkeypatch.setenv("DATA_ROOT", str(root / place))
        with pytest.raises(DataError, match=r"cannot write to .*taken.*set DATA_ROOT to a folder you may write to"):
            download("cifar10")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (errno.EACCES, "cannot write to .*set DATA_ROOT"),
        (errno.EROFS, "cannot write to .*set DATA_ROOT"),
        (errno.ENOSPC, "the disk is full: .*make room"),
        (errno.EIO, "set DATA_ROOT"),
    ],
)
def test_what_the_file_system_refuses_is_one_line(root, site, monkeypatch, code, message):
    def refuse(*args, **kwargs):
        raise OSError(code, "refused", str(root / "part"))

    site.publish(monkeypatch, archive(fake_cifar10()))
    monkeypatch.setattr(fetching.shutil, "copyfileobj", refuse)
    with pytest.raises(DataError, match=message) as error:
        download("cifar10")
    assert "\n" not in str(error.value)
    assert left_over(root) == ["cifar-10-python.tar.gz.part"]


def test_a_full_disk_while_downloading_is_not_called_a_network_problem(root, site, monkeypatch):
    def refuse(url, part, sink):
        raise OSError(errno.ENOSPC, "No space left on device", str(part))

    monkeypatch.setattr(fetching, "_fetch_rest", refuse)
    with pytest.raises(DataError, match="the disk is full"):
        download("cifar10")


@pytest.mark.skipif(fetching.fcntl is None, reason="this system has no file locks")
def test_two_downloads_at_once_do_not_mix(root, site, monkeypatch):
    site.publish(monkeypatch, archive(fake_cifar10()))
    part = root / "cifar-10-python.tar.gz.part"
    with part.open("ab") as other:
        fetching.fcntl.flock(other, fetching.fcntl.LOCK_EX)
        with pytest.raises(DataError, match="being downloaded by another process"):
            download("cifar10")
    assert download("cifar10") == root / real.CIFAR10_FOLDER


def test_unknown_names(capsys):
    with pytest.raises(ValueError, match="found 'cifar100'"):
        download("cifar100")
    assert main(["cifar100"]) == 2
    assert "usage" in capsys.readouterr().err
