from django.urls import path

from members.views import home, people, register

app_name = "members"

urlpatterns = [
    path("start/", home.start, name="start"),
    path("invitation/<str:secret>/", people.invitation_accept, name="invitation_accept"),
    path("<slug:npm>/", home.about, name="about"),
    path("<slug:npm>/contact/", home.contact, name="contact"),
    path("<slug:npm>/members/", register.member_list, name="member_list"),
    path("<slug:npm>/members/<slug:body>/", register.body_detail, name="body_detail"),
    path("<slug:npm>/members.csv", register.members_csv, name="members_csv"),
    path("<slug:npm>/coverage/", register.coverage, name="coverage"),
    path("<slug:npm>/coverage.csv", register.coverage_csv, name="coverage_csv"),
    path("<slug:npm>/desk/members/", register.desk_member_list, name="desk_member_list"),
    path("<slug:npm>/desk/members/<slug:body>/", register.desk_body_detail, name="desk_body_detail"),
    path("<slug:npm>/desk/coverage/", register.desk_coverage, name="desk_coverage"),
    path("<slug:npm>/desk/people/", people.people, name="people"),
    path("<slug:npm>/desk/people/invite/", people.invite, name="invite"),
    path(
        "<slug:npm>/desk/people/invitations/<uuid:pk>/withdraw/", people.invitation_withdraw, name="invitation_withdraw"
    ),
    path("<slug:npm>/desk/people/<int:pk>/role/", people.person_role, name="person_role"),
    path("<slug:npm>/desk/people/<int:pk>/retire/", people.person_retire, name="person_retire"),
]
