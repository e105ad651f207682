"""The coverage matrix, its cells, and the register of gaps."""

from django.urls import path

from members.views import cell, coverage, coverage_files, coverage_notes, gaps, inquiries, remits

DESK = "<slug:npm>/desk/coverage/"
GAPS = "<slug:npm>/desk/gaps/"
INQUIRY = f"{GAPS}<int:pk>/inquiries/<int:inquiry>/"

urlpatterns = [
    path("<slug:npm>/coverage/", coverage.coverage, name="coverage"),
    path("<slug:npm>/coverage.csv", coverage.coverage_csv, name="coverage_csv"),
    path("<slug:npm>/coverage.svg", coverage_files.coverage_svg, name="coverage_svg"),
    path("<slug:npm>/coverage/cell/", cell.cell, name="cell"),
    path("<slug:npm>/coverage/compare/", coverage.coverage_compare, name="coverage_compare"),
    path("<slug:npm>/coverage/compare.csv", coverage.coverage_compare_csv, name="coverage_compare_csv"),
    path(DESK, coverage.desk_coverage, name="desk_coverage"),
    path(f"{DESK}matrix.pdf", coverage_files.coverage_pdf, name="coverage_pdf"),
    path(f"{DESK}cell/", cell.desk_cell, name="desk_cell"),
    path(f"{DESK}compare/", coverage.desk_coverage_compare, name="desk_coverage_compare"),
    path(f"{DESK}remits/new/", remits.remit_create, name="remit_create"),
    path(f"{DESK}remits/<int:pk>/change/", remits.remit_change, name="remit_change"),
    path(f"{DESK}remits/<int:pk>/correct/", remits.remit_correct, name="remit_correct"),
    path(f"{DESK}remits/<int:pk>/end/", remits.remit_end, name="remit_end"),
    path(f"{DESK}remits/<int:pk>/remove/", remits.remit_remove, name="remit_remove"),
    path(f"{DESK}notes/new/", coverage_notes.note_create, name="coverage_note_create"),
    path(f"{DESK}notes/<int:pk>/end/", coverage_notes.note_end, name="coverage_note_end"),
    path(f"{DESK}notes/<int:pk>/remove/", coverage_notes.note_remove, name="coverage_note_remove"),
    path(f"{DESK}layers/", coverage_notes.expected_layers, name="expected_layers"),
    path(f"{DESK}layers/<int:pk>/end/", coverage_notes.expected_layer_end, name="expected_layer_end"),
    path(GAPS, gaps.gaps, name="gaps"),
    path(f"{GAPS}new/", gaps.gap_create, name="gap_create"),
    path(f"{GAPS}<int:pk>/", gaps.gap_detail, name="gap_detail"),
    path(f"{GAPS}<int:pk>/correct/", gaps.gap_correct, name="gap_correct"),
    path(f"{GAPS}<int:pk>/end/", gaps.gap_end, name="gap_end"),
    path(f"{GAPS}<int:pk>/reopen/", gaps.gap_reopen, name="gap_reopen"),
    path(f"{GAPS}<int:pk>/remove/", gaps.gap_remove, name="gap_remove"),
    path(f"{GAPS}<int:pk>/text/", gaps.gap_text, name="gap_text"),
    path(f"{GAPS}<int:pk>/ask/", inquiries.gap_ask, name="gap_ask"),
    path(f"{INQUIRY}answer/", inquiries.gap_answer, name="gap_answer"),
    path(f"{INQUIRY}correct/", inquiries.gap_inquiry_correct, name="gap_inquiry_correct"),
    path(f"{INQUIRY}remove/", inquiries.gap_inquiry_remove, name="gap_inquiry_remove"),
]
