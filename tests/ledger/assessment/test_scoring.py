"""The published formulas as scheme files, against a county of five units computed by hand."""

from fractions import Fraction as F
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import assessment
from ledger.assessment.scheme import Item, Method, Over, Scheme, SchemeError, Step, Veto, read
from ledger.assessment.scoring import Figure, Given, Scored, score

SCHEMES = Path(assessment.__file__).with_name("schemes")
UNITS = "ABCDE"


def county(given_points=None, **figures):
    """Five units; each figure is five values, or five (value, target) or (value, None, due)."""
    parts = {
        name: [
            Figure(*(F(str(p)) if p is not None else None for p in _many(each))) for each in five
        ]
        for name, five in figures.items()
    }
    points = given_points or {}
    return [
        Scored(
            code,
            code,
            {name: five[place] for name, five in parts.items()},
            {item: Given(points=F(str(five[place]))) for item, five in points.items()},
        )
        for place, code in enumerate(UNITS)
    ]


def _many(each):
    return each if isinstance(each, tuple) else (each,)


def against(target, values):
    return [(value, target) for value in values]


def due(amount, values):
    return [(value, None, amount) for value in values]


RECEIVED = against(1000, [1500, 1000, 800, 500, 100])
HAND = {
    "02_spread": (
        county(
            foreign=[200, 100, 100, 0, 0],
            outside=[900, 900, 600, 300, 300],
            large=[4, 2, 0, 0, 1],
            started=[5, 5, 5, 5, 5],
        ),
        {"A": (1, "100"), "B": (2, "92"), "C": (3, "84"), "E": (4, "73"), "D": (5, "72")},
    ),
    "03_threshold": (
        county(received=RECEIVED),
        {"A": (1, "62.5"), "B": (2, "60"), "C": (3, "0"), "D": (3, "0"), "E": (3, "0")},
    ),
    "04_steps": (
        county(
            {"leader": [0, 0, 0, 5, 0]},
            introduced=against(1000, [1200, 1000, 800, 500, 100]),
            received=against(1000, [300, 100, 500, 500, 100]),
            missed_reports=[0, 2, 13, 0, 3],
        ),
        {"A": (1, "100"), "B": (2, "73"), "C": (3, "63"), "D": (4, "45"), "E": (5, "-3")},
    ),
    "05_over": (
        county(
            {"daily": [20, 18, 15, 20, 10]},
            received=[
                (66_000_000, 60_000_000),
                (33_000_000, 30_000_000),
                (8_000_000, 10_000_000),
                (30_000_000, 20_000_000),
                (202_000_000, 200_000_000),
            ],
            top500=[1, 0, 0, 0, 0],
            major=[0, 0, 0, 0, 0],
        ),
        {"A": (1, "105"), "D": (1, "105"), "B": (3, "100"), "E": (4, "90.6"), "C": (5, "79")},
    ),
    "06_quarter": (
        county(
            {"park": [15, 12, 9, 6, 0], "towns": [15, 15, 10, 5, 0]},
            signed=due(2, [3, 2, 1, 0, 2]),
            received=due(500, [500, 250, 1000, 0, 500]),
            fit=["1", "0.5", "0.75", "0", "0.8"],
            large=[5, 0, 0, 0, 0],
            mega=[0, 1, 0, 0, 0],
            giant=[0, 0, 0, 0, 0],
            visits=[4, 0, 0, 0, 10],
        ),
        {"A": (1, "123"), "C": (2, "89"), "B": (3, "81"), "E": (4, "69"), "D": (5, "11")},
    ),
    "07_template": (
        county(
            {"others": [20, 10, 0, 5, 20]},
            signed=against(10, [12, 10, 5, 0, 7]),
            leading=against(2, [1, 2, 3, 0, 1]),
        ),
        {"B": (1, "90"), "A": (2, "85"), "E": (3, "70"), "C": (4, "55"), "D": (5, "5")},
    ),
    "08_bonus": (
        county(
            received=RECEIVED,
            medium=[1, 0, 0, 0, 0],
            large=[0, 2, 0, 0, 0],
            major=[0, 0, 1, 0, 0],
            foreign_projects=[1, 0, 0, 0, 0],
        ),
        {"B": (1, "108"), "A": (2, "104"), "C": (3, "90"), "D": (4, "50"), "E": (5, "10")},
    ),
    "09_completion": (
        county(received=RECEIVED),
        {"A": (1, "150"), "B": (2, "100"), "C": (3, "80"), "D": (4, "50"), "E": (5, "10")},
    ),
    "10_rescaled": (
        county(contracts=[4, 2, 0, 1, 0], received=RECEIVED),
        {
            "A": (1, "100"),
            "B": (2, "400/7"),
            "D": (3, "200/7"),
            "C": (4, "160/7"),
            "E": (5, "20/7"),
        },
    ),
}


def scheme_of(name):
    return read((SCHEMES / f"{name}.toml").read_text("utf-8"))


@pytest.mark.parametrize("name", HAND)
def test_a_published_formula_gives_the_points_computed_by_hand(name):
    """quality 63"""
    units, expected = HAND[name]

    found = score(scheme_of(name), "town", units)

    assert {unit.code: (unit.rank, unit.total) for unit in found} == {
        code: (rank, F(total)) for code, (rank, total) in expected.items()
    }
    assert [unit.code for unit in found] == list(expected)


def test_every_scheme_file_is_under_test():
    assert {path.stem for path in SCHEMES.glob("*.toml")} == set(HAND)


def item(method, points=30, **fields):
    return Item("x", "x", method, F(points), indicator="x", **fields)


def points_of(item, values, targets=None):
    """The points of an item by value; None for a unit without one."""
    targets = targets or [10] * len(values)
    units = [
        Scored(
            str(place), "", {"x": Figure(None if v is None else F(v), None if t is None else F(t))}
        )
        for place, (v, t) in enumerate(zip(values, targets, strict=True))
    ]
    scheme = Scheme("", 2012, F(item.points), (item,))
    by_code = {unit.code: unit.items[0] for unit in score(scheme, "", units)}
    return [by_code[str(place)].points for place in range(len(values))]


def test_a_rate_has_a_cap_and_a_floor():
    capped = item(Method.RATE, cap=F("1.2"), floor=F("0.5"))

    assert points_of(capped, [13, 12, 11, 5, 4, 0, None]) == [36, 36, 33, 15, 15, 15, 0]


def test_a_rate_without_a_target_is_no_division():
    assert points_of(item(Method.RATE), [5, 5, 5], [None, 0, 10]) == [0, 0, 15]


def test_equal_counts_as_reached_in_steps():
    steps = item(Method.STEPS, 100, steps=(Step(F("0.8"), F(75)), Step(F(1), F(100))))

    assert points_of(steps, [10, F("9.999"), 8, F("7.999")]) == [100, 75, 75, 0]


def test_ranks_share_points_and_those_beyond_the_list_get_the_last():
    ranked = item(Method.RANK, 10, ranks=(F(10), F(8), F(5)))

    assert points_of(ranked, [7, 7, 6, 5, 4]) == [10, 10, 5, 5, 5]


def test_each_counts_whole_units_only():
    each = item(Method.EACH, 2, each=F(5), beyond=F(1), most=F(6))

    assert points_of(each, [0, 5, 6, 15, 16, 100]) == [0, 0, 2, 4, 6, 6]


def test_each_beyond_a_target_needs_one():
    each = item(Method.EACH, 2, beyond_target=True)

    assert points_of(each, [12, 12, 9], [10, None, 10]) == [4, 0, 0]


def test_what_goes_beyond_counts_whole_steps_up_to_the_most():
    over = item(Method.RATE, 80, over=Over(F("0.1"), F("0.5"), F(1)))

    assert points_of(over, [10, F("10.99"), 11, 30]) == [80, 80, F("80.5"), 81]


def test_coefficients_weigh_the_parts_of_a_value():
    weighed = item(Method.EACH, 1, coefficients={"industry": F("1.2")})
    figure = Figure(F(100), by_industry={"industry": F(50), "trade": F(30)})
    scheme = Scheme("", 2012, F(1), (weighed,))

    (unit,) = score(scheme, "", [Scored("A", "A", {"x": figure})])

    assert unit.items[0].points == 110


def test_a_veto_takes_total_and_rank():
    veto = Veto("无3000万元以上工业项目", "x", F(1))
    scheme = Scheme("", 2012, F(10), (item(Method.EACH, 1, most=F(10)),), vetoes=(veto,))
    units = [Scored(code, code, {"x": Figure(F(value))}) for code, value in (("A", 0), ("B", 3))]

    first, second = score(scheme, "", units)

    assert (first.code, first.rank, first.total) == ("B", 1, F(3))
    assert (second.code, second.rank, second.total, second.vetoes) == ("A", None, None, (veto,))


def test_bonuses_and_deductions_together_have_their_limits():
    given_ = [
        Item("a", "a", Method.GIVEN, F(8), is_extra=True),
        Item("b", "b", Method.GIVEN, F(8), is_extra=True, sign=-1),
    ]
    scheme = Scheme(
        "", 2012, F(30), (item(Method.RATE), *given_), most_extra=F(5), most_deducted=F(2)
    )
    held = {"a": Given(points=F(9)), "b": Given(points=F(3))}

    (unit,) = score(scheme, "", [Scored("A", "A", {"x": Figure(F(10), F(10))}, held)])

    assert [each.points for each in unit.items] == [30, 8, 3]
    assert unit.total == 30 + 5 - 2


def test_items_of_one_group_count_there_only():
    scheme = Scheme("", 2012, F(30), (item(Method.RATE, groups=("town",)),))
    unit = Scored("A", "A", {"x": Figure(F(10), F(10))})

    assert score(scheme, "town", [unit])[0].total == 30
    assert score(scheme, "department", [unit])[0].items == ()


values = st.lists(st.fractions(min_value=0, max_value=1000), min_size=1, max_size=6)


@given(values)
def test_a_spread_gives_the_base_to_the_last_and_the_full_points_to_the_first(found):
    points = points_of(item(Method.SPREAD, base=F(18)), found)

    assert points[found.index(max(found))] == 30
    if max(found) > min(found):
        assert points[found.index(min(found))] == 18
    assert all(18 <= each <= 30 for each in points)


@given(
    st.sampled_from(sorted(HAND)), st.lists(st.lists(st.fractions(0, 3000), min_size=5, max_size=5))
)
def test_a_total_is_the_sum_of_what_is_shown_and_no_item_goes_beyond_its_limit(name, rows):
    scheme = scheme_of(name)
    five = [row for row in rows if len(row) == 5] or [[F(1)] * 5]
    codes = sorted(scheme.indicators)
    figures = {code: [(v, 100, 50) for v in five[n % len(five)]] for n, code in enumerate(codes)}

    for unit in score(scheme, "town", county(**figures)):
        assert unit.raw == sum(each.counted for each in unit.items)
        limits = [each.item.limit for each in unit.items]
        assert all(
            limit is None or each.points <= limit
            for each, limit in zip(unit.items, limits, strict=True)
        )
        if not scheme.rescales:
            assert unit.total == unit.raw
        else:
            assert unit.total <= 100


HEAD = 'name = "x"\nyear = 2012\nfull_points = 10\n'
ITEM = '[[item]]\ncode = "a"\nname = "a"\nindicator = "a"\npoints = 10\nmethod = "rate"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "not TOML"),
        (HEAD, "at least one item"),
        ("name = 'x'\nyear = 2012\n" + ITEM, "make 10 points, not 100"),
        (HEAD + ITEM.replace('"rate"', '"magic"'), "one of: rate, steps"),
        (HEAD + ITEM.replace("points = 10", "points = 0"), "above zero"),
        (HEAD + ITEM + "weight = 3\n", "Nothing is known by the name weight"),
        (HEAD + ITEM.replace("rate", "steps"), "Name the steps"),
        (HEAD + ITEM.replace("rate", "rank"), "points of each rank"),
        (HEAD + ITEM + "each = 0\n", "step above zero"),
        (HEAD + ITEM.replace("rate", "spread") + "base = 11\n", "base of a spread"),
        (HEAD + ITEM + "cap = 0.5\n", "No unit can reach"),
        (HEAD + ITEM + ITEM.replace("points = 10", "points = 1"), "have the code a"),
        (HEAD.replace("2012", "12") + ITEM, "year of the scheme"),
        (HEAD + ITEM.replace('indicator = "a"\n', ""), "text for indicator"),
        (HEAD + ITEM + "cap = nan\n", "number for cap"),
        (HEAD + "item = 3\n", "[[item]]"),
    ],
)
def test_a_scheme_that_cannot_be_is_refused_with_a_sentence(text, words):
    with pytest.raises(SchemeError) as refusal:
        read(text)

    assert words in str(refusal.value)


def test_a_scheme_names_what_the_county_has():
    scheme = read(HEAD + ITEM + 'groups = ["g9"]\n')

    scheme.demand_known(["a"], ["g9"])
    for indicators, groups in ((["b"], ["g9"]), (["a"], ["town"])):
        with pytest.raises(SchemeError):
            scheme.demand_known(indicators, groups)


def test_numbers_are_read_as_they_are_written():
    """0.1 is a tenth, not the nearest binary fraction."""
    assert read(HEAD + ITEM + "floor = 0.1\n").items[0].floor == F(1, 10)
