"""Addresses of receipts."""

from django.urls import URLPattern, URLResolver, path

from ledger.receipts.claim_pages import (
    claim_answer,
    claim_decide,
    claim_detail,
    claim_history,
    claim_list,
    claim_new,
    claim_withdraw,
)
from ledger.receipts.correction_pages import receipt_corrects
from ledger.receipts.evidence_pages import (
    evidence_add,
    evidence_file,
    evidence_remove,
    evidence_rules,
)
from ledger.receipts.grid_pages import receipt_grid, receipt_grid_check
from ledger.receipts.pages import (
    receipt_detail,
    receipt_edit,
    receipt_history,
    receipt_list,
    receipt_new,
    receipt_submit,
    receipt_withdraw,
)
from ledger.receipts.verification import (
    entry_reverse,
    proposal_confirm,
    proposal_withdraw,
    receipt_repost,
    receipt_return,
    receipt_verify,
    receipt_verify_many,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("projects/<int:pk>/receipts/new/", receipt_new, name="receipt-new"),
    path("receipts/", receipt_list, name="receipt-list"),
    path("receipts/grid/", receipt_grid, name="receipt-grid"),
    path("receipts/grid/check/", receipt_grid_check, name="receipt-grid-check"),
    path("receipts/verify/", receipt_verify_many, name="receipt-verify-many"),
    path("receipts/<int:pk>/", receipt_detail, name="receipt-detail"),
    path("receipts/<int:pk>/history/", receipt_history, name="receipt-history"),
    path("receipts/<int:pk>/edit/", receipt_edit, name="receipt-edit"),
    path("receipts/<int:pk>/submit/", receipt_submit, name="receipt-submit"),
    path("receipts/<int:pk>/withdraw/", receipt_withdraw, name="receipt-withdraw"),
    path("receipts/<int:pk>/verify/", receipt_verify, name="receipt-verify"),
    path("receipts/<int:pk>/return/", receipt_return, name="receipt-return"),
    path("receipts/<int:pk>/repost/", receipt_repost, name="receipt-repost"),
    path("receipts/<int:pk>/corrects/<int:other>/", receipt_corrects, name="receipt-corrects"),
    path("receipts/<int:pk>/proposal/confirm/", proposal_confirm, name="proposal-confirm"),
    path("receipts/<int:pk>/proposal/withdraw/", proposal_withdraw, name="proposal-withdraw"),
    path("receipts/<int:pk>/evidence/", evidence_add, name="evidence-add"),
    path("entries/<int:pk>/reverse/", entry_reverse, name="entry-reverse"),
    path("evidence/rules/", evidence_rules, name="evidence-rules"),
    path("evidence/<int:pk>/", evidence_file, name="evidence-file"),
    path("evidence/<int:pk>/remove/", evidence_remove, name="evidence-remove"),
    path("claims/", claim_list, name="claim-list"),
    path("claims/new/", claim_new, name="claim-new"),
    path("claims/<int:pk>/", claim_detail, name="claim-detail"),
    path("claims/<int:pk>/history/", claim_history, name="claim-history"),
    path("claims/<int:pk>/answer/", claim_answer, name="claim-answer"),
    path("claims/<int:pk>/withdraw/", claim_withdraw, name="claim-withdraw"),
    path("claims/<int:pk>/decide/", claim_decide, name="claim-decide"),
]
