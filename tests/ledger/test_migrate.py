"""An upgrade that is cut off."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder


@pytest.fixture
def empty_schema(transactional_db):
    """Tables made from here on go into a schema of their own."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA fresh")
        cursor.execute("SET search_path TO fresh")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA fresh CASCADE")
        cursor.execute("SET search_path TO DEFAULT")


def test_an_upgrade_that_is_cut_off_leaves_nothing_and_can_be_made_again(empty_schema, monkeypatch):
    """quality 39"""

    def cut_off(self, app, name):
        if (app, name) == ("auth", "0001_initial"):  # its tables are made before it is noted
            raise KeyboardInterrupt
        noted(self, app, name)

    noted = MigrationRecorder.record_applied
    with monkeypatch.context() as patch:
        patch.setattr(MigrationRecorder, "record_applied", cut_off)
        with pytest.raises(KeyboardInterrupt):
            call_command("migrate", verbosity=0)
    assert connection.introspection.table_names() == []

    call_command("migrate", "auth", verbosity=0)

    assert "auth_permission" in connection.introspection.table_names()
