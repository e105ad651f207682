"""Who works for the members, and how they come, change and go."""

from django.urls import path

from members.views import factors, invitations, people, reviews

PEOPLE = "<slug:npm>/desk/people/"
REQUEST = f"{PEOPLE}administrators/<uuid:pk>/"

urlpatterns = [
    path("invitation/<str:secret>/", invitations.invitation_accept, name="invitation_accept"),
    path(PEOPLE, people.people, name="people"),
    path(f"{PEOPLE}invite/", invitations.invite, name="invite"),
    path(f"{PEOPLE}invitations/<uuid:pk>/withdraw/", invitations.invitation_withdraw, name="invitation_withdraw"),
    path(f"{REQUEST}agree/", invitations.administrator_agree, name="administrator_agree"),
    path(f"{REQUEST}refuse/", invitations.administrator_refuse, name="administrator_refuse"),
    path(f"{PEOPLE}review/", reviews.people_reviews, name="people_reviews"),
    path(f"{PEOPLE}review/<int:pk>/", reviews.people_review, name="people_review"),
    path(f"{PEOPLE}<int:pk>/role/", people.person_role, name="person_role"),
    path(f"{PEOPLE}<int:pk>/retire/", people.person_retire, name="person_retire"),
    path(f"{PEOPLE}<int:pk>/second-factor/", factors.factor_reset, name="factor_reset"),
]
