-- One row for each unit of some counties, in official order, with what the league table measures it by;
-- NULL where the unit has none. Amounts are yuan. figures.py fills it in; tests/ledger/test_figures.py
-- holds it against Django's answer.
WITH
-- What each county leaves out, by its scope or because the reader asks (rule 11): industries, and
-- origins.
left_out AS (
    SELECT county_id, industry.id AS industry_id
    FROM unnest(%(counties)s::bigint[]) AS county_id, projects_industry industry
    WHERE (county_id = ANY(%(resource)s) AND is_resource)
        OR (county_id = ANY(%(property)s) AND is_property)
),
-- The version of the year's own target in force on the day (rule 10).
owed AS (
    SELECT DISTINCT ON (unit_id) unit_id, amount,
        ARRAY[due_first, due_second, due_third, amount] AS due
    FROM units_target
    WHERE county_id = ANY(%(counties)s) AND year = %(year)s AND issuer = 'county'
        AND indicator_id IS NULL
        AND effective_on <= %(as_of)s
        AND (%(known_by)s::timestamptz IS NULL OR recorded_at <= %(known_by)s)
    ORDER BY unit_id, effective_on DESC, id DESC
),
credited AS (
    SELECT county_id, unit_id,
        coalesce(sum(amount) FILTER (WHERE NOT is_adjustment), 0.00) AS received,
        coalesce(sum(amount) FILTER (WHERE NOT is_adjustment AND is_new), 0.00) AS new,
        coalesce(sum(amount) FILTER (WHERE NOT is_adjustment AND origin = ANY(%(outside)s)), 0.00)
            AS outside,
        -- Corrections of earlier years: beside the year's money, never part of it (rule 9).
        coalesce(sum(amount) FILTER (WHERE is_adjustment), 0.00) AS adjusted
    FROM ledger_entry
    WHERE county_id = ANY(%(counties)s) AND counted_on BETWEEN %(start)s AND %(as_of)s
        AND (%(known_by)s::timestamptz IS NULL OR posted_at <= %(known_by)s)
        AND (is_new OR is_adjustment OR county_id <> ALL(%(carry_over)s))
        AND (origin <> 'other_county' OR county_id <> ALL(%(same_city)s))
        AND (origin NOT IN ('other_county', 'other_city') OR county_id <> ALL(%(same_province)s))
        AND (county_id, industry_id) NOT IN (SELECT county_id, industry_id FROM left_out)
    GROUP BY county_id, unit_id
),
-- The same money by the same day of the year before.
before AS (
    SELECT county_id, unit_id, sum(amount) AS received
    FROM ledger_entry
    WHERE county_id = ANY(%(counties)s)
        AND counted_on BETWEEN %(start_before)s AND %(as_of_before)s AND NOT is_adjustment
        AND (%(known_by)s::timestamptz IS NULL OR posted_at <= %(known_by)s)
        AND (is_new OR county_id <> ALL(%(carry_over)s))
        AND (origin <> 'other_county' OR county_id <> ALL(%(same_city)s))
        AND (origin NOT IN ('other_county', 'other_city') OR county_id <> ALL(%(same_province)s))
        AND (county_id, industry_id) NOT IN (SELECT county_id, industry_id FROM left_out)
    GROUP BY county_id, unit_id
),
-- Submitted, not yet verified: each unit's basis points of the amount (rule 2).
pending AS (
    SELECT receipt.county_id, share.unit_id, sum(receipt.amount * share.basis_points) AS parts
    FROM ledger_receipt receipt
    JOIN projects_project project ON project.id = receipt.project_id
    JOIN projects_creditshare share ON share.project_id = project.id
    WHERE receipt.county_id = ANY(%(counties)s) AND receipt.state = 'submitted'
        AND receipt.received_on BETWEEN %(start)s AND %(as_of)s
        AND (project.signed_on IS NULL OR project.signed_on >= %(start)s
            OR project.county_id <> ALL(%(carry_over)s))
        AND NOT EXISTS (
            SELECT FROM projects_investor investor
            WHERE investor.id = project.investor_id AND (
                (investor.origin = 'other_county' AND project.county_id = ANY(%(same_city)s))
                OR (investor.origin IN ('other_county', 'other_city')
                    AND project.county_id = ANY(%(same_province)s))
            )
        )
        AND (project.county_id, project.industry_id) NOT IN (
            SELECT county_id, industry_id FROM left_out
        )
    GROUP BY receipt.county_id, share.unit_id
)
SELECT unit.county_id, unit.id, unit.code, unit.name,
    -- The group on the day: before the oldest of the changes that do not hold yet.
    coalesce((
        SELECT change.before FROM units_groupchange change
        WHERE change.unit_id = unit.id
            AND (change.effective_on > %(as_of)s OR change.recorded_at > %(known_by)s)
        ORDER BY change.id LIMIT 1
    ), unit.kind) AS kind,
    unit."order",
    unit.active_from, unit.ended_on, unit.successor_id,
    owed.amount, owed.due,
    credited.received, credited.new, credited.outside, credited.adjusted, before.received,
    pending.parts,
    unit.id IN (
        SELECT unit_id FROM ledger_monthlyreport
        WHERE county_id = ANY(%(counties)s)
            AND year = %(report_year)s AND month = %(report_month)s
            AND (%(known_by)s::timestamptz IS NULL OR filed_at <= %(known_by)s)
    ) AS reported
FROM units_unit unit
LEFT JOIN owed ON owed.unit_id = unit.id
LEFT JOIN credited ON credited.unit_id = unit.id AND credited.county_id = unit.county_id
LEFT JOIN before ON before.unit_id = unit.id AND before.county_id = unit.county_id
LEFT JOIN pending ON pending.unit_id = unit.id AND pending.county_id = unit.county_id
WHERE unit.county_id = ANY(%(counties)s)
ORDER BY kind, unit."order", unit.code
