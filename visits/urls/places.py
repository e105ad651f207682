"""The addresses of the register of places."""

from django.urls import path

from visits.views import (
    overdue,
    place_coverage,
    place_detail,
    place_facts,
    place_findings,
    place_history,
    place_map,
    place_merges,
    place_requests,
    places,
    who,
)

PLACES = "<slug:npm>/desk/places/"
PLACE = f"{PLACES}<uuid:pk>/"
ASKED = f"{PLACES}asked/<uuid:pk>/"
FACT = f"{PLACE}<slug:kind>/<int:row>/"

urlpatterns = [
    path(PLACES, places.place_list, name="place_list"),
    path(f"{PLACES}new/", places.place_create, name="place_create"),
    path(f"{PLACES}asked/", place_requests.place_request_list, name="place_request_list"),
    path(f"{PLACES}asked/new/", place_requests.place_request_add, name="place_request_add"),
    path(ASKED, place_requests.place_request, name="place_request"),
    path(f"{ASKED}known/", place_requests.place_request_known, name="place_request_known"),
    path(f"{ASKED}decline/", place_requests.place_request_decline, name="place_request_decline"),
    path(f"{ASKED}take-back/", place_requests.place_request_withdraw, name="place_request_withdraw"),
    path(f"{PLACES}map/", place_map.place_map, name="place_map"),
    path(f"{PLACES}visited/", place_coverage.place_coverage, name="place_coverage"),
    path(f"{PLACES}visited.csv", place_coverage.place_coverage_csv, name="place_coverage_csv"),
    path(f"{PLACES}overdue/", overdue.place_overdue, name="place_overdue"),
    path(f"{PLACES}overdue.csv", overdue.place_overdue_csv, name="place_overdue_csv"),
    path(f"{PLACES}duplicates/", place_merges.place_duplicates, name="place_duplicates"),
    path(f"{PLACES}merges/<uuid:pk>/undo/", place_merges.place_merge_undo, name="place_merge_undo"),
    path(f"{PLACES}how-often/", overdue.interval_list, name="interval_list"),
    path(f"{PLACES}how-often/new/", overdue.interval_add, name="interval_add"),
    path(f"{PLACES}how-often/<int:pk>/end/", overdue.interval_end, name="interval_end"),
    path(PLACE, place_detail.place_detail, name="place_detail"),
    path(f"{PLACE}history/", place_history.place_history, name="place_history"),
    path(f"{PLACE}findings/", place_findings.place_findings, name="place_findings"),
    path(f"{PLACE}change/", places.place_change, name="place_change"),
    path(f"{PLACE}who/", who.place_who, name="place_who"),
    path(f"{PLACE}merge/<uuid:other>/", place_merges.place_merge, name="place_merge"),
    path(f"{PLACE}two/<uuid:other>/", place_merges.place_distinct, name="place_distinct"),
    path(f"{PLACE}<slug:kind>/new/", place_facts.place_fact_add, name="place_fact_add"),
    path(f"{FACT}correct/", place_facts.place_fact_correct, name="place_fact_correct"),
    path(f"{FACT}end/", place_facts.place_fact_end, name="place_fact_end"),
    path(f"{FACT}remove/", place_facts.place_fact_remove, name="place_fact_remove"),
]
