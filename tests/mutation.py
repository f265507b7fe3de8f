"""Mutation tests: Cosmic Ray puts small faults into a copy of the program (quality 50).

    make mutate                   the modules that decide about money and access, an hour or two
    make mutate ONLY=standing     those whose path contains the word

A fault that no test of the module notices survives. `docs/records/mutation.md` lists the
survivors and why each is acceptable. The copy, under VAR_DIR/mutate, is that of the last commit;
an interrupted run resumes there, and starts anew once the folder is deleted.
"""

import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = Path(os.environ.get("VAR_DIR", ROOT / "var" / "mutate")).resolve()
COSMIC_RAY = [sys.executable, "-m", "uv", "tool", "run", "--quiet", "--from", "cosmic-ray==8.7.0"]
TESTS = {
    "units/ground/money.py": "tests/units/ground/test_money.py",
    "ledger/rules/standing.py": "tests/ledger/rules/test_standing.py",
    "ledger/entries/posting.py": "tests/ledger/entries/test_posting.py tests/ledger/quarter/test_closing.py",
    "ledger/quarter/closing.py": "tests/ledger/quarter/test_closing.py tests/ledger/quarter/test_checks.py",
    "units/access.py": "tests/units/test_access.py tests/ledger/regions/test_regions.py",
}
# Equivalent mutants: another spelling of a type, and comparisons with the same result.
SAME = [
    "core/ReplaceBinaryOperator_BitOr_.*",
    "core/ReplaceBinaryOperator_.*_(RShift|LShift|BitAnd|BitOr|BitXor)",
    "core/ReplaceComparisonOperator_(Eq_Is|Is_Eq|NotEq_IsNot|IsNot_NotEq)",
]
CONFIG = """
[cosmic-ray]
module-path = ["{module}"]
timeout = 300.0
excluded-modules = []
test-command = "{python} -m pytest -q -x --reuse-db -p no:cacheprovider {tests}"

[cosmic-ray.distributor]
name = "local"

[cosmic-ray.filters.operators-filter]
exclude-operators = {same}
"""


def copy_of_the_program() -> Path:
    folder = PLACE / "copy"
    if not folder.exists():
        archive = subprocess.run(
            ["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True
        )
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            files.extractall(folder)
    return folder


def mutate(module: str, tests: str) -> None:
    folder = copy_of_the_program()
    config, session = (PLACE / f"{Path(module).stem}.{ending}" for ending in ("toml", "sqlite"))

    def run(*words: str | Path) -> None:
        subprocess.run([*COSMIC_RAY, *map(str, words)], cwd=folder, check=True)

    if not session.exists():
        config.write_text(
            CONFIG.format(module=module, python=sys.executable, tests=tests, same=SAME)
        )
        run("cosmic-ray", "init", config, session)
        run("cr-filter-operators", session, config)
    run("cosmic-ray", "baseline", config)
    run("cosmic-ray", "exec", config, session)
    run("cr-report", "--surviving-only", "--show-diff", session)


if __name__ == "__main__":
    for module, tests in TESTS.items():
        if any(word in module for word in sys.argv[1:] or [""]):
            print(f"\n{module}: {tests}", flush=True)
            mutate(module, tests)
