"""The addresses of searching."""

from django.urls import path

from visits.views import search

urlpatterns = [
    path("<slug:npm>/desk/search/", search.search, name="search"),
]
