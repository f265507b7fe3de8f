"""Old password hashes are renewed at a sign-in."""

import pytest
from django.contrib.auth.hashers import make_password

from tests.builders import make_county, make_head
from units.models import User
from units.sign_in import hashing

pytestmark = pytest.mark.django_db

PASSWORD = "Drill-2012-county"


def test_of_two_first_sign_ins_at_once_both_sessions_hold():
    """The session holds for the stored hash, so both must end with the same one."""
    head = make_head(make_county())
    head.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    head.save()
    first, second = (User.objects.get(pk=head.pk) for _sign_in in range(2))

    hashing.renew(first, PASSWORD)
    hashing.renew(second, PASSWORD)

    stored = User.objects.get(pk=head.pk)
    assert stored.password != head.password
    for person in (first, second):
        assert person.get_session_auth_hash() == stored.get_session_auth_hash()
