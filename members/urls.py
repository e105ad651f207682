from django.urls import path

from members.views import home

app_name = "members"

urlpatterns = [
    path("start/", home.start, name="start"),
    path("<slug:npm>/", home.about, name="about"),
    path("<slug:npm>/contact/", home.contact, name="contact"),
]
