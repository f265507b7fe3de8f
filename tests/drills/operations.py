"""The handbook of operations, followed on a fresh Debian: every block of commands, then the services.

    python -m tests.drills.operations FOLDER jiaozhang-bundle.tar [--keep]

As root, by hand, some five minutes. FOLDER becomes a Debian made by debootstrap (or is one already). systemd does not run in
a folder, so the commands of its units are run as their accounts, with their settings.
"""

import argparse
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "jz.example.cn"
MOUNTS = ("proc", "dev", "run")
PROGRAM = "setpriv --reuid=jiaozhang --regid=jiaozhang --clear-groups"


def blocks() -> list[str]:
    """The commands of the handbook, in their order."""
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    return re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def unit(name: str) -> tuple[str, str, str]:
    """Account, settings and command of a unit."""
    text = (ROOT / "deploy" / "systemd" / f"{name}.service").read_text("utf-8")
    account = "User=jiaozhang" in text
    files = re.findall(r"^EnvironmentFile=(.*)$", text, re.MULTILINE)
    values = re.findall(r"^Environment=(.*)$", text, re.MULTILINE)
    [command] = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    settings = (
        f"set -a; {' '.join(f'. {file};' for file in files)} {' '.join(f'{v};' for v in values)}"
    )
    return (PROGRAM if account else "env"), settings, command


class Debian:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self) -> None:
        if not (self.folder / "usr").exists():
            command = ["debootstrap", "--variant=minbase", "trixie", str(self.folder)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        shutil.copy("/etc/resolv.conf", self.folder / "etc" / "resolv.conf")
        for name in MOUNTS[:2]:
            subprocess.run(["mount", "--bind", f"/{name}", str(self.folder / name)], check=True)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(self.folder / "run")], check=True)

    def end(self) -> None:
        for name in reversed(MOUNTS):
            subprocess.run(["umount", "--lazy", str(self.folder / name)], check=False)

    def sh(self, commands: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["chroot", str(self.folder), "sh", "-eu", "-c", commands],
            text=True, capture_output=True, check=False,
        )  # fmt: skip

    def start(self, commands: str) -> subprocess.Popen[bytes]:
        log = (self.folder / "root" / "serve.log").open("wb")
        return subprocess.Popen(
            ["chroot", str(self.folder), "sh", "-eu", "-c", commands], stdout=log, stderr=log
        )


def demand(what: str, answer: subprocess.CompletedProcess[str], words: str = "") -> None:
    if answer.returncode or words not in answer.stdout:
        sys.exit(f"FAILED: {what}\n{answer.stdout[-3000:]}\n{answer.stderr[-3000:]}")
    print(f"ok  {what}", flush=True)


def follow(debian: Debian) -> None:
    begun = time.monotonic()
    for number, block in enumerate(blocks(), 1):
        where = "cd /root; mkdir -p /mnt/other-machine;" if number == 1 else "cd /root/jiaozhang;"
        demand(block.strip().splitlines()[0], debian.sh(f"{where} {block}"))
    print(f"    the handbook took {time.monotonic() - begun:.0f} s")


def serve(debian: Debian) -> None:
    """The program and nginx, as the services start them, and what both answer.

    ``last_backup.json`` is open: root writes it, and the program tells its age.
    """
    account, settings, command = unit("jiaozhang")
    program = debian.start(f"cd /srv/jiaozhang; {settings} exec {account} {command}")
    try:
        demand("nginx", debian.sh("nginx"))
        time.sleep(25)
        ask = f"curl --silent --cacert /etc/jiaozhang/tls.crt --resolve {NAME}:443:127.0.0.1"
        demand("curl", debian.sh("apt-get install --quiet --yes curl"))
        page = debian.sh(f"{ask} --include https://{NAME}/accounts/login/")
        demand("the page of signing in, with HSTS", page, "strict-transport-security".title())
        demand(
            "/ready from outside",
            debian.sh(f"{ask} -o /dev/null -w '%{{http_code}}' https://{NAME}/ready"),
            "403",
        )
        demand(
            "/ready on the machine", debian.sh("curl --silent http://127.0.0.1:8000/ready"), "ok"
        )
        for name in ("jiaozhang-backup", "jiaozhang-verify", "jiaozhang-copy"):
            account, settings, command = unit(name)
            demand(name, debian.sh(f"cd /srv/jiaozhang; {settings} {account} {command}"))
        demand("the copy is there", debian.sh("ls /mnt/other-machine/"), "jiaozhang-")
        rights = "find /var/lib/jiaozhang* -type f -perm /077 ! -path '*/static/*' ! -name last_backup.json | head"
        answer = debian.sh(rights)
        demand("files are closed to others", answer)
        assert not answer.stdout, answer.stdout
    finally:
        debian.sh("nginx -s stop")
        program.terminate()
        program.wait(60)
        version = "$(pg_lsclusters --no-header | awk '$2 == \"jiaozhang\" {print $1}')"
        debian.sh(f"pg_ctlcluster {version} jiaozhang stop --force")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("bundle", type=Path)
    given = parser.parse_args()
    debian = Debian(given.folder.resolve())
    debian.make()
    try:
        shutil.copy(given.bundle, debian.folder / "root" / "jiaozhang-bundle.tar")
        follow(debian)
        serve(debian)
    finally:
        debian.end()


if __name__ == "__main__":
    main()
