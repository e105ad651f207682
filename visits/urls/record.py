"""The addresses of the parts of a visit's record."""

from django.urls import path

from visits.views import record

urlpatterns = [
    path("<slug:npm>/desk/visits/<uuid:pk>/team/", record.visit_team, name="visit_team"),
    path("<slug:npm>/desk/visits/<uuid:pk>/situation/", record.visit_situation, name="visit_situation"),
    path("<slug:npm>/desk/visits/<uuid:pk>/needs/", record.visit_needs, name="visit_needs"),
    path("<slug:npm>/desk/visits/<uuid:pk>/findings/", record.visit_findings, name="visit_findings"),
    path("<slug:npm>/desk/visits/<uuid:pk>/ratings/", record.visit_ratings, name="visit_ratings"),
    path("<slug:npm>/desk/visits/<uuid:pk>/answers/", record.visit_answers, name="visit_answers"),
]
