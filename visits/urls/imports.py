"""The addresses of imports."""

from django.urls import path

from visits.views import import_files, imports

urlpatterns = [
    path("<slug:npm>/desk/imports/", imports.import_list, name="import_list"),
    path("<slug:npm>/desk/imports/new/", imports.import_new, name="import_new"),
    path("<slug:npm>/desk/imports/empty/<slug:kind>.csv", import_files.import_template_csv, name="import_template_csv"),
    path(
        "<slug:npm>/desk/imports/empty/<slug:kind>.xlsx", import_files.import_template_xlsx, name="import_template_xlsx"
    ),
    path("<slug:npm>/desk/imports/<uuid:pk>/", imports.import_detail, name="import_detail"),
    path("<slug:npm>/desk/imports/<uuid:pk>/columns/", imports.import_columns, name="import_columns"),
    path("<slug:npm>/desk/imports/<uuid:pk>/values/", imports.import_values, name="import_values"),
    path("<slug:npm>/desk/imports/<uuid:pk>/check/", imports.import_check, name="import_check"),
    path("<slug:npm>/desk/imports/<uuid:pk>/store/", imports.import_store, name="import_store"),
    path("<slug:npm>/desk/imports/<uuid:pk>/progress/", imports.import_progress, name="import_progress"),
    path("<slug:npm>/desk/imports/<uuid:pk>/retry/", imports.import_retry, name="import_retry"),
    path("<slug:npm>/desk/imports/<uuid:pk>/discard/", imports.import_discard, name="import_discard"),
    path("<slug:npm>/desk/imports/<uuid:pk>/undo/", imports.import_undo, name="import_undo"),
    path("<slug:npm>/desk/imports/<uuid:pk>/records/", import_files.import_records, name="import_records"),
    path("<slug:npm>/desk/imports/<uuid:pk>/problems.csv", import_files.import_problems, name="import_problems"),
    path("<slug:npm>/desk/imports/<uuid:pk>/rest.csv", import_files.import_rest, name="import_rest"),
]
