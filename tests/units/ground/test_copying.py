"""Rows stored by COPY."""

import pytest
from django.db import IntegrityError, transaction

from tests.builders import make_county
from units.ground.copying import copy_in
from units.models import County

pytestmark = pytest.mark.django_db


def test_a_row_that_the_database_refuses_is_told_in_djangos_errors():
    """quality 36: what pages and retries know how to answer"""
    county = make_county()

    with pytest.raises(IntegrityError), transaction.atomic():
        copy_in(County, [County(code=county.code, name="另一县")])

    assert County.objects.count() == 1
