"""The description of the interface against its answers: generated questions, and none may surprise.

Questions are generated from the document by schemathesis, the same in each run, valid ones and invalid
ones; each answer must be one that the document describes.
"""

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import one_of
from schemathesis import GenerationMode, checks

from ledger.api import description, gate
from tests.builders import (
    day,
    make_county,
    make_head,
    make_person,
    make_project,
    make_receipt,
    make_unit,
    make_verified,
    moment,
    set_target,
)
from units.models import AccessKey, Role
from units.people import keys

pytestmark = pytest.mark.django_db

# What is promised beyond one parameter at a time ("a day of the month's year") no schema can say, so a
# question of the right form may still be refused: positive_data_acceptance is left out.
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]
EXAMPLES = settings(
    max_examples=20,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def secret(monkeypatch):
    """A key over a small county in which every list has records."""
    monkeypatch.setattr(gate, "PER_MINUTE", 10**9)
    county = make_county()
    town = make_unit(county, "水沟镇", code="611023T01")
    set_target(town, 300)
    project = make_project(town)
    make_verified(project, 100)
    make_receipt(project, 5)
    make_unit(county, "招商局", "department")
    _key, secret = keys.make(
        AccessKey.Purpose.API,
        "schemathesis",
        make_person(county, Role.LEADER),
        day("2012-12-31"),
        by=make_head(county),
        at=moment("2012-07-01"),
    )
    AccessKey.objects.update(expires_on=day("2999-12-31"))
    return secret


@pytest.fixture
def app():
    """The program itself, without the end of a request closing the test's connection."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield WSGIHandler()
    for signal in signals:
        signal.connect(close_old_connections)


def operations():
    schema = schemathesis.openapi.from_dict(description.document())
    return [found.ok() for found in schema.get_all_operations()]


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.path)
def test_every_answer_is_as_described(operation, secret, app):
    headers = {"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"}

    @EXAMPLES
    @given(case=one_of(operation.as_strategy(mode) for mode in GenerationMode))
    def ask(case):
        case.call_and_validate(app=app, headers=headers, checks=CHECKS)

    ask()
