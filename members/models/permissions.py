"""Permissions on bodies and mechanisms with a real foreign key, so that they end with the object (security D-02)."""

from django.db import models

from members.models.body import MemberBody
from members.models.mechanism import Mechanism
from npmportal.access import GroupObjectPermissionBase, UserObjectPermissionBase


class BodyGroupPermission(GroupObjectPermissionBase):
    content_object = models.ForeignKey(MemberBody, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        pass


class BodyUserPermission(UserObjectPermissionBase):
    content_object = models.ForeignKey(MemberBody, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        pass


class MechanismGroupPermission(GroupObjectPermissionBase):
    content_object = models.ForeignKey(Mechanism, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        pass


class MechanismUserPermission(UserObjectPermissionBase):
    content_object = models.ForeignKey(Mechanism, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        pass
