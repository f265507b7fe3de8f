"""The addresses of a quarter's paperwork: closing, reports, claims, trail, proof. Holds no rule."""

from django.urls import URLPattern, URLResolver, path

from ledger.views.claims import (
    claim_answer,
    claim_decide,
    claim_detail,
    claim_list,
    claim_new,
    claim_withdraw,
)
from ledger.views.compare import ranking_compare
from ledger.views.explain import ranking_explain, unit_explain
from ledger.views.periods import (
    period_confirm,
    period_detail,
    period_list,
    period_open,
    period_propose,
    period_review,
    reopening_confirm,
    reopening_drop,
    reopening_propose,
    settlement_detail,
)
from ledger.views.reports import report_deadline, report_month, report_newest, report_remind
from ledger.views.trail import notice_read, trail

urlpatterns: list[URLPattern | URLResolver] = [
    path("periods/", period_list, name="period-list"),
    path("periods/<int:pk>/", period_detail, name="period-detail"),
    path("periods/<int:pk>/review/", period_review, name="period-review"),
    path("periods/<int:pk>/open/", period_open, name="period-open"),
    path("periods/<int:pk>/propose/", period_propose, name="period-propose"),
    path("periods/<int:pk>/confirm/", period_confirm, name="period-confirm"),
    path("periods/<int:pk>/reopening/", reopening_propose, name="reopening-propose"),
    path("periods/<int:pk>/reopening/drop/", reopening_drop, name="reopening-drop"),
    path("periods/<int:pk>/reopening/confirm/", reopening_confirm, name="reopening-confirm"),
    path(
        "periods/<int:pk>/settlements/<int:version>/", settlement_detail, name="period-settlement"
    ),
    path("reports/", report_newest, name="report-newest"),
    path("reports/<month:month>/", report_month, name="report-month"),
    path("reports/<month:month>/remind/", report_remind, name="report-remind"),
    path("reports/<month:month>/deadline/", report_deadline, name="report-deadline"),
    path("claims/", claim_list, name="claim-list"),
    path("claims/new/", claim_new, name="claim-new"),
    path("claims/<int:pk>/", claim_detail, name="claim-detail"),
    path("claims/<int:pk>/answer/", claim_answer, name="claim-answer"),
    path("claims/<int:pk>/withdraw/", claim_withdraw, name="claim-withdraw"),
    path("claims/<int:pk>/decide/", claim_decide, name="claim-decide"),
    path("notices/<int:pk>/read/", notice_read, name="notice-read"),
    path("ranking/compare/", ranking_compare, name="ranking-compare"),
    path("ranking/<month:month>/explain/", ranking_explain, name="ranking-explain"),
    path("units/<str:code>/explain/", unit_explain, name="unit-explain"),
    path("trail/", trail, name="trail"),
]
