"""Runs the reader on one file: ``python -I ledger/reading/sandbox FILE``."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3]))

from ledger.reading.sandbox.reader import main

main(sys.argv[1])
