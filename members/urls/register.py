"""The register of members."""

from django.urls import path

from members.views import register

urlpatterns = [
    path("<slug:npm>/members/", register.member_list, name="member_list"),
    path("<slug:npm>/members/<slug:body>/", register.body_detail, name="body_detail"),
    path("<slug:npm>/members.csv", register.members_csv, name="members_csv"),
    path("<slug:npm>/desk/members/", register.desk_member_list, name="desk_member_list"),
    path("<slug:npm>/desk/members/<slug:body>/", register.desk_body_detail, name="desk_body_detail"),
]
