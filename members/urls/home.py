"""What a newcomer sees: the start, the terms of use, a mechanism’s own pages."""

from django.urls import path

from members.views import home, terms

urlpatterns = [
    path("start/", home.start, name="start"),
    path("terms/", terms.terms, name="terms"),
    path("terms/accept/", terms.terms_accept, name="terms_accept"),
    path("<slug:npm>/", home.about, name="about"),
    path("<slug:npm>/contact/", home.contact, name="contact"),
]
