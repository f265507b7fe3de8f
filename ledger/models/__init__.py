"""Money and its announcements: the tables of the ledger, and what the database itself refuses.

Figures are computed in ``ranking/league.py``. Each table is written by one module only.
"""

from ledger.models.assessments import AssessmentScheme, GivenPoints, Score, ScoreRemark
from ledger.models.claims import CreditClaim
from ledger.models.entries import OUTSIDE, Entry
from ledger.models.filings import FiledFigure, Filing
from ledger.models.founding import FoundingState
from ledger.models.periods import QUARTERS, Period, quarter_of
from ledger.models.proposals import Proposal
from ledger.models.receipts import Evidence, EvidenceRule, Receipt
from ledger.models.reports import MonthlyReport, Notice, Pledge
from ledger.models.settlements import Settlement, SettlementLine, Snapshot
from ledger.models.uploads import RememberedMapping, UnitAlias, Upload, UploadLine, UploadPart

__all__ = [
    "OUTSIDE",
    "QUARTERS",
    "AssessmentScheme",
    "CreditClaim",
    "Entry",
    "Evidence",
    "EvidenceRule",
    "FiledFigure",
    "Filing",
    "FoundingState",
    "GivenPoints",
    "MonthlyReport",
    "Notice",
    "Period",
    "Pledge",
    "Proposal",
    "Receipt",
    "RememberedMapping",
    "Score",
    "ScoreRemark",
    "Settlement",
    "SettlementLine",
    "Snapshot",
    "UnitAlias",
    "Upload",
    "UploadLine",
    "UploadPart",
    "quarter_of",
]
