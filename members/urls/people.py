"""Who works for the members, and how they come and go."""

from django.urls import path

from members.views import people

urlpatterns = [
    path("invitation/<str:secret>/", people.invitation_accept, name="invitation_accept"),
    path("<slug:npm>/desk/people/", people.people, name="people"),
    path("<slug:npm>/desk/people/invite/", people.invite, name="invite"),
    path(
        "<slug:npm>/desk/people/invitations/<uuid:pk>/withdraw/", people.invitation_withdraw, name="invitation_withdraw"
    ),
    path("<slug:npm>/desk/people/<int:pk>/role/", people.person_role, name="person_role"),
    path("<slug:npm>/desk/people/<int:pk>/retire/", people.person_retire, name="person_retire"),
]
