"""The county's pages are no longer cached, so nothing needs the marks of its changes."""

import pgtrigger.migrations
from django.db import migrations

MODELS = ("entry", "monthlyreport", "notice", "period", "receipt", "settlement")
KINDS = ("added", "edited", "removed")
# Removing a trigger leaves its function behind, here and in the apps that went before.
DROP = """
    DO $$
    DECLARE left_over regprocedure;
    BEGIN
        FOR left_over IN
            SELECT oid FROM pg_proc
            WHERE proname ~ '^pgtrigger_mark_(added|edited|removed|renamed)_'
                AND pronamespace = current_schema()::regnamespace
        LOOP
            EXECUTE 'DROP FUNCTION ' || left_over;
        END LOOP;
    END $$;
    DROP FUNCTION mark_county(bigint);
    DROP TABLE units_countymark;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("units", "0009_drop_county_marks"),
        ("projects", "0005_drop_county_marks"),
        ("ledger", "0006_month_sums"),
    ]

    operations = [
        *(
            pgtrigger.migrations.RemoveTrigger(model, f"mark_{kind}")
            for model in MODELS
            for kind in KINDS
        ),
        migrations.RunSQL(DROP),
    ]
