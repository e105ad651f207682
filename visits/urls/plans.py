"""The addresses of plans, programmes and mandate letters. None says more than an id."""

from django.urls import path

from visits.views import mandate_letters, plan_form, plan_meetings, plans, programmes, who

PLANS = "<slug:npm>/desk/plans/"
PLAN = f"{PLANS}<uuid:pk>/"
LETTER = f"{PLANS}letters/<uuid:pk>/"

urlpatterns = [
    path(PLANS, plans.plan_list, name="plan_list"),
    path(f"{PLANS}new/", plan_form.plan_create, name="plan_create"),
    path(f"{PLANS}mine.ics", plans.plans_ics, name="plans_ics"),
    path(f"{PLANS}fortnights/", plan_meetings.plan_meetings, name="plan_meetings"),
    path(f"{PLANS}programme/", programmes.programme, name="programme"),
    path(f"{PLANS}programme/new/", programmes.programme_add, name="programme_add"),
    path(f"{PLANS}programme/<uuid:pk>/change/", programmes.programme_change, name="programme_change"),
    path(LETTER, mandate_letters.mandate_detail, name="mandate_detail"),
    path(f"{LETTER}progress/", mandate_letters.mandate_progress, name="mandate_progress"),
    path(f"{LETTER}retry/", mandate_letters.mandate_retry, name="mandate_retry"),
    path(f"{LETTER}letter.pdf", mandate_letters.mandate_download, name="mandate_download"),
    path(PLAN, plans.plan_detail, name="plan_detail"),
    path(f"{PLAN}who/", who.plan_who, name="plan_who"),
    path(f"{PLAN}change/", plan_form.plan_change, name="plan_change"),
    path(f"{PLAN}letter/", mandate_letters.plan_letter, name="plan_letter"),
    path(f"{PLAN}open/", plans.plan_open, name="plan_open"),
    path(f"{PLAN}calendar.ics", plans.plan_ics, name="plan_ics"),
    path(f"{PLAN}steps/<slug:step>/", plans.plan_step, name="plan_step"),
]
