"""The register: its pages for everybody and at the desk, and the acts on it, one address each."""

from django.urls import path

from members.views import register, register_entries, register_facts, register_history, register_mechanism

DESK = "<slug:npm>/desk/register/"

urlpatterns = [
    path("<slug:npm>/members/", register.member_list, name="member_list"),
    path("<slug:npm>/members/<slug:body>/", register.body_detail, name="body_detail"),
    path("<slug:npm>/members.csv", register.members_csv, name="members_csv"),
    path("<slug:npm>/history/", register_history.history, name="history"),
    path("<slug:npm>/desk/members/", register.desk_member_list, name="desk_member_list"),
    path("<slug:npm>/desk/members/<slug:body>/", register.desk_body_detail, name="desk_body_detail"),
    # The mechanism
    path("start/mechanism/", register_mechanism.mechanism_add, name="mechanism_add"),
    path(DESK, register_mechanism.register, name="register"),
    path(f"{DESK}log/", register_history.register_log, name="register_log"),
    path(f"{DESK}mechanism/", register_mechanism.mechanism_change, name="mechanism_change"),
    path(f"{DESK}mechanism/show/", register_mechanism.mechanism_show, name="mechanism_show"),
    path(f"{DESK}mechanism/hide/", register_mechanism.mechanism_hide, name="mechanism_hide"),
    # Bodies
    path(f"{DESK}bodies/add/", register_entries.body_add, name="body_add"),
    path(f"{DESK}bodies/<slug:body>/change/", register_entries.body_change, name="body_change"),
    path(f"{DESK}bodies/<slug:body>/remove/", register_entries.body_remove, name="body_remove"),
    path(f"{DESK}bodies/<slug:body>/move/<slug:way>/", register_entries.body_move, name="body_move"),
    # Lists: jurisdictions, settings, areas
    path(f"{DESK}lists/<slug:entries>/add/", register_entries.entry_add, name="entry_add"),
    path(f"{DESK}lists/<slug:entries>/<int:pk>/change/", register_entries.entry_change, name="entry_change"),
    path(f"{DESK}lists/<slug:entries>/<int:pk>/remove/", register_entries.entry_remove, name="entry_remove"),
    path(
        f"{DESK}lists/<slug:entries>/<int:pk>/move/<slug:way>/", register_entries.entry_move, name="entry_move"
    ),  # fmt: skip
    # Facts of a body or of the mechanism: the kinds are in members.register_kinds
    path(f"{DESK}bodies/<slug:body>/facts/<slug:kind>/add/", register_facts.fact_add, name="body_fact_add"),
    path(f"{DESK}facts/<slug:kind>/add/", register_facts.fact_add, name="fact_add"),
    path(f"{DESK}facts/<slug:kind>/<int:pk>/end/", register_facts.fact_end, name="fact_end"),
    path(f"{DESK}facts/<slug:kind>/<int:pk>/correct/", register_facts.fact_correct, name="fact_correct"),
    path(f"{DESK}facts/<slug:kind>/<int:pk>/remove/", register_facts.fact_remove, name="fact_remove"),
]
