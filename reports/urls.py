from django.urls import path

from reports.views import desk, reports, who

app_name = "reports"

urlpatterns = [
    path("<slug:npm>/reports/", reports.public_report_list, name="public_report_list"),
    path("<slug:npm>/desk/", desk.desk_home, name="desk_home"),
    path("<slug:npm>/desk/reports/", reports.report_list, name="report_list"),
    path("<slug:npm>/desk/reports/make/", reports.report_request, name="report_request"),
    path("<slug:npm>/desk/reports/<uuid:pk>/", reports.report_detail, name="report_detail"),
    path("<slug:npm>/desk/reports/<uuid:pk>/progress/", reports.report_progress, name="report_progress"),
    path("<slug:npm>/desk/reports/<uuid:pk>/retry/", reports.report_retry, name="report_retry"),
    path("<slug:npm>/desk/reports/<uuid:pk>/download/", reports.report_download, name="report_download"),
    path("<slug:npm>/desk/reports/<uuid:pk>/who/", who.report_who, name="report_who"),
]
