"""Addresses of indicators. ``/ranking/<month>/`` is answered here for any indicator."""

from django.urls import URLPattern, URLResolver, path

from ledger.indicators.pages import (
    figure_decide,
    figures,
    indicator_edit,
    indicator_list,
    indicator_parts,
    ranking,
    side_by_side,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("ranking/<month:month>/", ranking, name="ranking"),
    path("indicators/", indicator_list, name="indicator-list"),
    path("indicators/<month:month>/", side_by_side, name="indicator-side"),
    path(
        "indicators/<month:month>/<slug:code>/<str:unit>/", indicator_parts, name="indicator-parts"
    ),
    path("indicators/<slug:code>/", indicator_edit, name="indicator-edit"),
    path("indicators/<slug:code>/figures/", figures, name="indicator-figures"),
    path("indicators/<slug:code>/figures/<int:pk>/", figure_decide, name="figure-decide"),
]
