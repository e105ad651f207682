"""Who works for the members, and how they come, change and go."""

from django.urls import path

from members.views import factors, invitations, leaving, people, reviews, role_requests

PEOPLE = "<slug:npm>/desk/people/"
REQUEST = f"{PEOPLE}requests/<uuid:pk>/"

urlpatterns = [
    path("invitation/<str:secret>/", invitations.invitation_accept, name="invitation_accept"),
    path(PEOPLE, people.people, name="people"),
    path(f"{PEOPLE}invite/", invitations.invite, name="invite"),
    path(f"{PEOPLE}invitations/<uuid:pk>/withdraw/", invitations.invitation_withdraw, name="invitation_withdraw"),
    path(REQUEST, role_requests.role_request, name="role_request"),
    path(f"{REQUEST}agree/", role_requests.role_request_agree, name="role_request_agree"),
    path(f"{REQUEST}refuse/", role_requests.role_request_refuse, name="role_request_refuse"),
    path(f"{PEOPLE}review/", reviews.people_reviews, name="people_reviews"),
    path(f"{PEOPLE}review/<int:pk>/", reviews.people_review, name="people_review"),
    path(f"{PEOPLE}bodies/<slug:body>/end/", leaving.body_end, name="body_end"),
    path(f"{PEOPLE}<int:pk>/role/", people.person_role, name="person_role"),
    path(f"{PEOPLE}<int:pk>/retire/", people.person_retire, name="person_retire"),
    path(f"{PEOPLE}<int:pk>/second-factor/", factors.factor_reset, name="factor_reset"),
]
