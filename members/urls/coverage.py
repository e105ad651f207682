"""The coverage matrix."""

from django.urls import path

from members.views import coverage

urlpatterns = [
    path("<slug:npm>/coverage/", coverage.coverage, name="coverage"),
    path("<slug:npm>/coverage.csv", coverage.coverage_csv, name="coverage_csv"),
    path("<slug:npm>/desk/coverage/", coverage.desk_coverage, name="desk_coverage"),
]
