from django.urls import URLPattern, path

from reports.views import desk

app_name = "reports"

urlpatterns: list[URLPattern] = [
    path("<slug:npm>/desk/", desk.desk_home, name="desk_home"),
]
