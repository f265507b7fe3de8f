"""Waits until the last process that uses the embedded PostgreSQL has ended, then stops the server.

A separate program started by `ledger/database/embedded.py`. It imports only the standard library,
to stay small. It must never stop a server that a process still holds.

Arguments: the users' lock file, the descriptor of the guard's own lock (inherited, already taken),
and the stop command.
"""

import fcntl
import os
import signal
import subprocess
import sys


def main(users_path: str, guard_lock: int, stop: list[str]) -> None:
    if os.fork():
        os._exit(0)  # detach: the starting process gets no child to reap
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    users = os.open(users_path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(users, fcntl.LOCK_EX)
    if still_there(users_path, users):
        subprocess.run(stop, stdin=subprocess.DEVNULL, check=False)
    # Released first: whoever waits for the users' lock must be able to start a new guard.
    os.close(guard_lock)
    os.close(users)


def still_there(path: str, descriptor: int) -> bool:
    """False if the folder was deleted meanwhile; a new folder at the path has its own guard."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
