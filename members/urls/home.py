"""What a newcomer sees: the start, a mechanism’s own pages."""

from django.urls import path

from members.views import home

urlpatterns = [
    path("start/", home.start, name="start"),
    path("<slug:npm>/", home.about, name="about"),
    path("<slug:npm>/contact/", home.contact, name="contact"),
]
