"""The one file of a backup: whole under its name or not there, and refused once a byte changed."""

import tarfile

import pytest

from ledger.upkeep import archive
from units.ground.refusal import Refusal

MEMBERS = [("a.json", b"{}"), ("database/1", bytes(range(256)) * 300), ("evidence/x", b"%PDF-")]


@pytest.fixture
def key(tmp_path):
    """A secret key and its public one."""
    public = archive.make_key(tmp_path / "key", "")
    return archive.read_key(tmp_path / "key", None), archive.read_recipient(public)


def write(path, recipient=None, members=MEMBERS):
    with archive.writing(path, recipient) as writer:
        for name, content in members:
            writer.add(name, content, 0.0)
    return path


def read(path, key=None):
    with archive.reading(path, key) as source:
        return list(archive.members(source))


def test_what_is_written_is_read_again(tmp_path, key):
    """quality 43"""
    secret, public = key
    plain, locked = write(tmp_path / "a.tar"), write(tmp_path / "b.age", public)

    archive.verify_seal(plain, None)
    archive.verify_seal(locked, secret)

    assert read(plain) == read(locked, secret) == MEMBERS
    assert plain.stat().st_mode & 0o777 == locked.stat().st_mode & 0o777 == 0o600
    assert b"database/1" not in locked.read_bytes()


def test_tar_alone_opens_the_file(tmp_path):
    with tarfile.open(write(tmp_path / "a.tar")) as tar:
        assert [(name, tar.extractfile(name).read()) for name in tar.getnames()] == MEMBERS


@pytest.mark.parametrize(("encrypted", "step"), [(False, 499), (True, 1_999)])
def test_one_changed_byte_anywhere_is_refused(tmp_path, key, encrypted, step):
    """quality 43"""
    secret, public = key if encrypted else (None, None)
    content = write(tmp_path / "a", public).read_bytes()
    places = [*range(0, len(content), step), *range(len(content) - 80, len(content), 9)]

    for place in places:
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        (tmp_path / "b").write_bytes(changed)
        with pytest.raises(Refusal):
            archive.verify_seal(tmp_path / "b", secret)


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_file_cut_off_or_grown_is_refused(tmp_path, key, encrypted):
    """quality 43"""
    secret, public = key if encrypted else (None, None)
    content = write(tmp_path / "a", public).read_bytes()

    for size in (0, 1, 71, 72, 512, len(content) // 2, len(content) - 73, len(content) - 1):
        (tmp_path / "b").write_bytes(content[:size])
        with pytest.raises(Refusal):
            archive.verify_seal(tmp_path / "b", secret)
    (tmp_path / "b").write_bytes(content + b"\0")
    with pytest.raises(Refusal):
        archive.verify_seal(tmp_path / "b", secret)


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_failure_leaves_nothing_behind(tmp_path, key, encrypted):
    path = tmp_path / "out" / "a.tar"
    path.parent.mkdir()

    with (
        pytest.raises(RuntimeError, match="in the middle"),
        archive.writing(path, key[1] if encrypted else None) as writer,
    ):
        writer.add("a", bytes(5_000_000), 0.0)
        raise RuntimeError("in the middle")

    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_full_disk_is_told_as_such(key, encrypted):
    """/dev/full refuses every byte, as a full disk does."""
    with (
        open("/dev/full", "wb", buffering=0) as full,
        pytest.raises(OSError, match="No space"),
        archive._encrypted(full, key[1] if encrypted else None) as target,
    ):
        for _number in range(100):
            target.write(bytes(100_000))


def test_the_wrong_key_and_no_key_are_told_apart(tmp_path, key):
    path = write(tmp_path / "a", key[1])
    archive.make_key(tmp_path / "other", "")

    with pytest.raises(Refusal, match="--key"):
        archive.verify_seal(path, None)
    with pytest.raises(Refusal):
        archive.verify_seal(path, archive.read_key(tmp_path / "other", None))


def test_a_key_may_be_locked_with_a_passphrase(tmp_path):
    public = archive.make_key(tmp_path / "key", "长安街的银杏")

    assert archive.is_locked(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    secret = archive.read_key(tmp_path / "key", "长安街的银杏")
    assert str(secret.to_public()) == public
    with pytest.raises(Refusal):
        archive.read_key(tmp_path / "key", "长安街的梧桐")


def test_a_key_is_never_replaced(tmp_path):
    archive.make_key(tmp_path / "key", "")
    content = (tmp_path / "key").read_bytes()

    with pytest.raises(Refusal):
        archive.make_key(tmp_path / "key", "")

    assert (tmp_path / "key").read_bytes() == content


@pytest.mark.parametrize("text", ["", "age1", "AGE-SECRET-KEY-1", "x" * 100])
def test_what_is_no_public_key_is_refused(text):
    with pytest.raises(Refusal):
        archive.read_recipient(text)


def test_what_is_no_key_file_is_refused(tmp_path):
    (tmp_path / "key").write_bytes(b"\xff\xfe")

    for path in (tmp_path / "key", tmp_path / "none"):
        with pytest.raises(Refusal):
            archive.read_key(path, None)
    with pytest.raises(Refusal):
        archive.read_passphrase(tmp_path / "none")
