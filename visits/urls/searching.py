"""The addresses of searching, of downloads and of saved views."""

from django.urls import path

from visits.views import downloads, saved_views, search

DOWNLOADS = "<slug:npm>/desk/visits/downloads/"
VIEWS = "<slug:npm>/desk/visits/views/"

urlpatterns = [
    path("<slug:npm>/desk/search/", search.search, name="search"),
    path("<slug:npm>/desk/visits.csv", downloads.visits_file, {"ending": "csv"}, name="visits_csv"),
    path("<slug:npm>/desk/visits.xlsx", downloads.visits_file, {"ending": "xlsx"}, name="visits_xlsx"),
    path("<slug:npm>/desk/visits.json", downloads.visits_file, {"ending": "json"}, name="visits_json"),
    path(f"{DOWNLOADS}new/", downloads.download_new, name="download_new"),
    path(f"{DOWNLOADS}<uuid:pk>/", downloads.download_detail, name="download_detail"),
    path(f"{DOWNLOADS}<uuid:pk>/progress/", downloads.download_progress, name="download_progress"),
    path(f"{DOWNLOADS}<uuid:pk>/retry/", downloads.download_retry, name="download_retry"),
    path(f"{DOWNLOADS}<uuid:pk>/file/", downloads.download_file, name="download_file"),
    path(f"{VIEWS}new/", saved_views.saved_view_new, name="saved_view_new"),
    path(f"{VIEWS}<int:pk>/", saved_views.saved_view_change, name="saved_view_change"),
    path(f"{VIEWS}<int:pk>/remove/", saved_views.saved_view_remove, name="saved_view_remove"),
]
