"""Waits until the last process that uses the embedded PostgreSQL is gone, however it went, then
runs the command that stops it.

A small program of its own, started by `ledger/database/embedded.py`; standard library only and no import
of the project, so that it costs little. It must never stop a server that somebody still holds.

Arguments: the users' lock file, the descriptor of the guard's own lock (inherited, already taken),
then the command.
"""

import fcntl
import os
import signal
import subprocess
import sys


def main(users_path: str, guard_lock: int, stop: list[str]) -> None:
    if os.fork():
        os._exit(0)  # our starter has no child to look after
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    users = os.open(users_path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(users, fcntl.LOCK_EX)
    if still_there(users_path, users):
        subprocess.run(stop, stdin=subprocess.DEVNULL, check=False)
    # In this order: whoever waits for the users' lock must find the guard's place free.
    os.close(guard_lock)
    os.close(users)


def still_there(path: str, descriptor: int) -> bool:
    """False when the folder was deleted meanwhile; what stands there now has a guard of its own."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
