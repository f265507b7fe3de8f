"""The addresses of the site: ranking, receipts and evidence here, the others from where they are kept.

Must never: hold a rule.
"""

from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.views.i18n import set_language

from ledger.api.views import addresses
from ledger.months import MonthConverter
from ledger.views.account import unit_account
from ledger.views.downloads import ranking_bulletin, ranking_docx, ranking_xlsx
from ledger.views.evidence import evidence_add, evidence_file, evidence_remove, evidence_rules
from ledger.views.home import home
from ledger.views.project_account import project_detail
from ledger.views.ranking import newest, ranking, ranking_json
from ledger.views.receipts import (
    receipt_detail,
    receipt_edit,
    receipt_list,
    receipt_new,
    receipt_submit,
    receipt_withdraw,
)
from ledger.views.verification import (
    entry_reverse,
    receipt_repost,
    receipt_return,
    receipt_verify,
    receipt_verify_many,
)
from ledger.views.whatif import target_what_if
from units.access import DEED, by_method
from units.rationing import rationed

register_converter(MonthConverter, "month")

handler500 = "ledger.views.faults.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("language/", by_method(*DEED)(set_language), name="set_language"),
    path("", include("units.urls")),
    path("", include("projects.urls")),
    path("", include("ledger.quarter_urls")),
    path("", include("ledger.leaders_urls")),
    path("", include("ledger.list_urls")),
    path("", include("ledger.importing_urls")),
    path("", include("ledger.founding_urls")),
    *addresses(),
    path("ranking/", newest, name="ranking"),
    path("ranking/<month:month>/", ranking, name="ranking-month"),
    path("ranking/<month:month>.json", ranking_json, name="ranking-json"),
    path("ranking/<month:month>.xlsx", rationed(ranking_xlsx), name="ranking-xlsx"),
    path("ranking/<month:month>.docx", rationed(ranking_docx), name="ranking-docx"),
    path("ranking/<month:month>/bulletin/", ranking_bulletin, name="ranking-bulletin"),
    path("targets/<int:year>/what-if/", target_what_if, name="target-what-if"),
    path("units/<str:code>/", unit_account, name="unit-account"),
    path("projects/<int:pk>/", project_detail, name="project-detail"),
    path("projects/<int:pk>/receipts/new/", receipt_new, name="receipt-new"),
    path("receipts/", receipt_list, name="receipt-list"),
    path("receipts/verify/", receipt_verify_many, name="receipt-verify-many"),
    path("receipts/<int:pk>/", receipt_detail, name="receipt-detail"),
    path("receipts/<int:pk>/edit/", receipt_edit, name="receipt-edit"),
    path("receipts/<int:pk>/submit/", receipt_submit, name="receipt-submit"),
    path("receipts/<int:pk>/withdraw/", receipt_withdraw, name="receipt-withdraw"),
    path("receipts/<int:pk>/verify/", receipt_verify, name="receipt-verify"),
    path("receipts/<int:pk>/return/", receipt_return, name="receipt-return"),
    path("receipts/<int:pk>/repost/", receipt_repost, name="receipt-repost"),
    path("receipts/<int:pk>/evidence/", evidence_add, name="evidence-add"),
    path("entries/<int:pk>/reverse/", entry_reverse, name="entry-reverse"),
    path("evidence/rules/", evidence_rules, name="evidence-rules"),
    path("evidence/<int:pk>/", evidence_file, name="evidence-file"),
    path("evidence/<int:pk>/remove/", evidence_remove, name="evidence-remove"),
]
