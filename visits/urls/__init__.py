from django.urls import path

from visits.urls import attachments, imports, places, plans, questions, record, searching
from visits.views import field_pages, form_drafts, visit_detail, visit_form, visit_list, visit_notes, who

app_name = "visits"

urlpatterns = [
    path("<slug:npm>/desk/visits/", visit_list.visit_list, name="visit_list"),
    path("<slug:npm>/desk/visits/new/", visit_form.visit_create, name="visit_create"),
    path("<slug:npm>/desk/visits/new/places/", visit_form.place_options_part, name="place_options"),
    path("<slug:npm>/desk/visits/new/kept/", form_drafts.draft_keep, name="draft_keep"),
    path("<slug:npm>/desk/visits/new/kept/throw-away/", form_drafts.draft_throw_away, name="draft_throw_away"),
    path("<slug:npm>/desk/visits/<uuid:pk>/", visit_detail.visit_detail, name="visit_detail"),
    path("<slug:npm>/desk/visits/<uuid:pk>/change/", visit_form.visit_change, name="visit_change"),
    path("<slug:npm>/desk/visits/<uuid:pk>/change/kept/", form_drafts.draft_keep, name="visit_draft_keep"),
    path("<slug:npm>/desk/visits/<uuid:pk>/<slug:part>/kept/", form_drafts.draft_keep, name="visit_part_keep"),
    *attachments.urlpatterns,
    *record.urlpatterns,
    path("<slug:npm>/desk/visits/<uuid:pk>/who/", who.visit_who, name="visit_who"),
    path("<slug:npm>/desk/visits/<uuid:pk>/notes/<slug:kind>/", visit_notes.visit_note, name="visit_note"),
    path(
        "<slug:npm>/desk/visits/<uuid:pk>/questions/<int:number>/answer/", visit_notes.visit_answer, name="visit_answer"
    ),
    path(
        "<slug:npm>/desk/visits/<uuid:pk>/questions/<int:number>/settle/", visit_notes.visit_settle, name="visit_settle"
    ),
    path("<slug:npm>/desk/visits/<uuid:pk>/<slug:transition>/", visit_detail.visit_transition, name="visit_transition"),
    *places.urlpatterns,
    *plans.urlpatterns,
    *imports.urlpatterns,
    *searching.urlpatterns,
    *questions.urlpatterns,
    path("<slug:npm>/desk/fields/", field_pages.fields, name="fields"),
    path("<slug:npm>/desk/fields.csv", field_pages.fields_csv, name="fields_csv"),
]
