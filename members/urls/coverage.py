"""The coverage matrix."""

from django.urls import path

from members.views import register

urlpatterns = [
    path("<slug:npm>/coverage/", register.coverage, name="coverage"),
    path("<slug:npm>/coverage.csv", register.coverage_csv, name="coverage_csv"),
    path("<slug:npm>/desk/coverage/", register.desk_coverage, name="desk_coverage"),
]
