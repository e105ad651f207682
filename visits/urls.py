from django.urls import path

from visits import place_urls
from visits.views import field_pages, visit_detail, visit_form, visit_list, who

app_name = "visits"

urlpatterns = [
    path("<slug:npm>/desk/visits/", visit_list.visit_list, name="visit_list"),
    path("<slug:npm>/desk/visits.csv", visit_list.visits_csv, name="visits_csv"),
    path("<slug:npm>/desk/visits/new/", visit_form.visit_create, name="visit_create"),
    path("<slug:npm>/desk/visits/new/places/", visit_form.place_options_part, name="place_options"),
    path("<slug:npm>/desk/visits/<uuid:pk>/", visit_detail.visit_detail, name="visit_detail"),
    path("<slug:npm>/desk/visits/<uuid:pk>/change/", visit_form.visit_change, name="visit_change"),
    path("<slug:npm>/desk/visits/<uuid:pk>/who/", who.visit_who, name="visit_who"),
    path("<slug:npm>/desk/visits/<uuid:pk>/<slug:transition>/", visit_detail.visit_transition, name="visit_transition"),
    *place_urls.urlpatterns,
    path("<slug:npm>/desk/fields/", field_pages.fields, name="fields"),
    path("<slug:npm>/desk/fields.csv", field_pages.fields_csv, name="fields_csv"),
]
