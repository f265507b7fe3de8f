"""The list of seeded faults fits the code as it stands; putting them in is ``seeded_faults.py``."""

import pytest

from tests.seeded_faults import FAULTS, ROOT


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.file}: {fault.says}")
def test_a_fault_finds_its_line_once_and_tests_that_exist(fault):
    assert (ROOT / fault.file).read_text().count(fault.old) == 1
    assert [name for name in fault.tests.split() if not (ROOT / "tests" / name).exists()] == []
