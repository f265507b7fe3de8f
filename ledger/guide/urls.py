"""URLs of the guide."""

from django.urls import URLPattern, URLResolver, path

from ledger.guide.pages import glossary, guide, guide_own, guide_picture

urlpatterns: list[URLPattern | URLResolver] = [
    path("glossary/", glossary, name="glossary"),
    path("guide/", guide_own, name="guide-own"),
    path("guide/<slug:page>/", guide, name="guide"),
    path("guide/pictures/<slug:name>.png", guide_picture, name="guide-picture"),
]
