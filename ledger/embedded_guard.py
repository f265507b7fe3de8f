"""Stops the embedded PostgreSQL when the last process that uses it is gone, however it went.

A small program of its own, started by `ledger/embedded.py`; standard library only and no import
of the project, so that it costs little. It must never stop a server that somebody still holds.

Arguments: the users' lock file, the descriptor of the guard's own lock (inherited, already taken),
the account to stop the server as (or "-"), then the command that stops it.
"""

import fcntl
import os
import signal
import subprocess
import sys


def main(users_path: str, guard_lock: int, account: str, stop: list[str]) -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    users = os.open(users_path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(users, fcntl.LOCK_EX)
    subprocess.run(
        stop,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        **({} if account == "-" else {"user": account, "group": account, "extra_groups": []}),
    )
    # In this order: whoever waits for the users' lock must find the guard's place free.
    os.close(guard_lock)
    os.close(users)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:])
