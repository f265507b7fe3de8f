"""Addresses of quarter."""

from django.urls import URLPattern, URLResolver, path

from ledger.quarter.check_pages import paper_check, paper_check_picture
from ledger.quarter.pages import (
    period_confirm,
    period_detail,
    period_history,
    period_list,
    period_open,
    period_propose,
    period_review,
    reopening_confirm,
    reopening_drop,
    reopening_propose,
    settlement_detail,
)
from ledger.quarter.report_pages import report_deadline, report_month, report_newest, report_remind
from units.sign_in.rate_limited import PROOFS, rationed

urlpatterns: list[URLPattern | URLResolver] = [
    path("periods/", period_list, name="period-list"),
    path("periods/<int:pk>/", rationed(period_detail, PROOFS), name="period-detail"),
    path("periods/<int:pk>/history/", period_history, name="period-history"),
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
    path("check/", paper_check, name="paper-check"),
    path("check/picture/", paper_check_picture, name="paper-check-picture"),
    path("reports/", report_newest, name="report-newest"),
    path("reports/<month:month>/", report_month, name="report-month"),
    path("reports/<month:month>/remind/", report_remind, name="report-remind"),
    path("reports/<month:month>/deadline/", report_deadline, name="report-deadline"),
]
