"""The addresses of what visits are judged and asked by: scales, question sets, themes, sheets."""

from django.urls import path

from visits.views import questions, sheets, themes

QUESTIONS = "<slug:npm>/desk/questions/"
SHEET = f"{QUESTIONS}sheets/<slug:body>/<slug:setting>"
OWNER = f"{QUESTIONS}<slug:kind>/<int:pk>/"

urlpatterns = [
    path(QUESTIONS, questions.question_list, name="question_list"),
    path(f"{QUESTIONS}themes/new/", themes.theme_add, name="theme_add"),
    path(f"{QUESTIONS}themes/<int:pk>/", themes.theme_change, name="theme_change"),
    path(f"{SHEET}.pdf", sheets.question_sheet_pdf, name="question_sheet_pdf"),
    path(f"{SHEET}.csv", sheets.question_sheet_csv, name="question_sheet_csv"),
    path(f"{SHEET}.xlsx", sheets.question_sheet_xlsx, name="question_sheet_xlsx"),
    path(f"{QUESTIONS}<slug:kind>/new/", questions.question_add, name="question_add"),
    path(OWNER, questions.question_detail, name="question_detail"),
    path(f"{OWNER}new-version/", questions.question_version, name="question_version"),
    path(f"{OWNER}draft/", questions.question_write, name="question_write"),
    path(f"{OWNER}publish/", questions.question_publish, name="question_publish"),
    path(f"{OWNER}discard/", questions.question_discard, name="question_discard"),
]
