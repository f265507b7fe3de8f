"""The files of deploy/, the wheel and the archive for machines without a network."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
UNITS = sorted((ROOT / "deploy" / "systemd").glob("jiaozhang*"))


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def settings_of(path):
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", path.read_text("utf-8"), re.MULTILINE))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed here")
def test_systemd_takes_the_units(tmp_path):
    for unit in UNITS:
        text = re.sub(r"^(ExecStart=)\S+", r"\1/bin/true", unit.read_text("utf-8"), flags=re.M)
        (tmp_path / unit.name).write_text(text)

    answer = run("systemd-analyze", "verify", *[str(p) for p in sorted(tmp_path.iterdir())])

    assert answer.returncode == 0, answer.stderr
    assert "Unknown" not in answer.stderr


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed here")
def test_nginx_takes_the_site(tmp_path):
    run(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=jz",
        "-keyout", str(tmp_path / "tls.key"), "-out", str(tmp_path / "tls.crt"),
    )  # fmt: skip
    site = (ROOT / "deploy" / "nginx" / "jiaozhang.conf").read_text("utf-8")
    site = site.replace("/etc/jiaozhang/", f"{tmp_path}/")
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {site} }}"
    )

    answer = run("nginx", "-t", "-c", str(tmp_path / "nginx.conf"))

    assert answer.returncode == 0, answer.stderr


@pytest.mark.skipif(not shutil.which("logrotate"), reason="logrotate is not installed here")
def test_logrotate_takes_its_file():
    answer = run("logrotate", "--debug", str(ROOT / "deploy" / "logrotate" / "jiaozhang"))

    assert answer.returncode == 0, answer.stderr
    assert "error:" not in answer.stderr


def test_every_unit_runs_a_command_that_the_program_has():
    commands = {p.stem for p in (ROOT / "ledger" / "management" / "commands").glob("*.py")}
    asked = re.findall(r"manage\.py (\w+)", "\n".join(p.read_text("utf-8") for p in UNITS))

    assert set(asked) == {"serve", "backup", "verify_ledger"}
    assert set(asked) <= commands


def test_the_example_of_settings_is_understood(tmp_path):
    given = settings_of(ROOT / "deploy" / "app.env")
    for name in ("DATABASE_URL_FILE", "SECRET_KEY_FILE"):
        given[name] = str(tmp_path / Path(given[name]).name)
    Path(given["DATABASE_URL_FILE"]).write_text("postgresql://a:b@127.0.0.1:5433/jiaozhang\n")
    Path(given["SECRET_KEY_FILE"]).write_text("x" * 60)
    given["VAR_DIR"] = str(tmp_path)

    answer = run(
        sys.executable, "-c", "import ledger.settings as s; print(s.HTTPS, s.LOG_FORMAT)",
        cwd=ROOT, env={**os.environ, **given},
    )  # fmt: skip

    assert answer.stdout.split() == ["True", "JSON"], answer.stderr


def test_the_handbook_names_commands_and_files_that_exist():
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    commands = {p.stem for p in (ROOT / "ledger" / "management" / "commands").glob("*.py")}

    assert set(re.findall(r"manage\.py (\w+)", text)) <= commands
    named = set(re.findall(r"\bdeploy/[\w./-]*\w", text))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_scripts_are_sound():
    for script in [
        ROOT / "deploy" / "install.sh",
        ROOT / "deploy" / "container" / "entry.sh",
        ROOT / "deploy" / "container" / "secrets.sh",
    ]:
        answer = run("sh", "-n", str(script))
        assert answer.returncode == 0, answer.stderr


def test_the_services_of_compose_name_what_is_declared():
    given = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    services = given["services"]

    for service in services.values():
        assert set(service.get("secrets", [])) <= set(given["secrets"])
        assert set(service.get("depends_on", {})) <= set(services)
        named = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert {name for name in named if not name.startswith(".")} <= set(given["volumes"])
    for name in ("program", "backup"):
        assert services[name]["read_only"]
        assert services[name]["cap_drop"] == ["ALL"]
    last = (ROOT / "Containerfile").read_text("utf-8").rpartition("FROM ")[2]
    assert "USER jiaozhang" in last, "the image does not run as root"


def test_the_wheel_gives_the_command(tmp_path):
    """Built without a network, by the backend that the tests have."""
    built = run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
        "--no-index", "--wheel-dir", str(tmp_path), str(ROOT),
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        [entry] = [n for n in archive.namelist() if n.endswith("entry_points.txt")]
        assert "jiaozhang = jiaozhang.manage:installed" in archive.read(entry).decode()

    command = "import sys; sys.argv[1:] = ['ranking', '--help']; from jiaozhang.manage import installed; installed()"
    answer = run(
        sys.executable, "-c", command,
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path / "site"), "VAR_DIR": ""},
    )  # fmt: skip

    assert answer.returncode == 0, answer.stderr
    assert "--county" in answer.stdout
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    needed = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "docs" / "guide").rglob("*.md")]
    assert {f"jiaozhang/{path.relative_to(ROOT)}" for path in needed} <= held


def test_setup_takes_packages_from_an_archive_and_refuses_a_damaged_one(tmp_path):
    """A package of the test's own, so that nothing has to be fetched."""
    place = tmp_path / "copy"
    (place / "locks").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", place)
    package = _package(tmp_path)
    digest = run("sha256sum", str(package)).stdout.split()[0]
    (place / "locks" / "run.txt").write_text(f"tinythere==1.0 --hash=sha256:{digest}\n")
    bundle = _bundle(tmp_path, package)
    environment = {
        **os.environ,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/",
    }

    good = run("make", "setup", f"BUNDLE={bundle}", cwd=place, env=environment)
    assert good.returncode == 0, good.stderr
    assert run(str(place / ".venv/bin/python"), "-c", "import tinythere").returncode == 0, (
        "installed without a network"
    )

    marker = place / ".venv" / "still-here"
    marker.touch()
    (place / ".venv" / ".venv-stamp").unlink()
    again = run("make", "setup", f"BUNDLE={bundle}", cwd=place, env=environment)
    assert again.returncode == 0, again.stderr
    assert marker.exists(), "an environment that works may be serving, and is not cleared"

    damaged = _bundle(tmp_path, package, damage=True)
    (place / ".venv" / ".run-stamp").unlink()
    bad = run("make", "setup", f"BUNDLE={damaged}", cwd=place, env=environment)
    assert bad.returncode != 0
    assert "tinythere" in bad.stdout + bad.stderr


def _package(folder):
    path = folder / "tinythere-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("tinythere.py", "")
        wheel.writestr(
            "tinythere-1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: tinythere\nVersion: 1.0\n",
        )
        wheel.writestr(
            "tinythere-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr("tinythere-1.0.dist-info/RECORD", "")
    return path


def _bundle(folder, package, damage=False):
    inside = folder / "jiaozhang"
    shutil.rmtree(inside, ignore_errors=True)
    (inside / "wheels").mkdir(parents=True)
    shutil.copy(package, inside / "wheels")
    sums = run("sha256sum", f"wheels/{package.name}", cwd=inside).stdout
    (inside / "SHA256SUMS").write_text(sums)
    if damage:
        (inside / "wheels" / package.name).write_bytes(b"damaged")
    path = folder / f"bundle-{damage}.tar"
    with tarfile.open(path, "w") as archive:
        archive.add(inside, "jiaozhang")
    return path
