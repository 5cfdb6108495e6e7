"""Holdings sorted into condors, hedges and loose legs."""

from __future__ import annotations

from datetime import date, datetime
from random import Random

import pytest

from alvh_xl.market.brokers import Contract, Holding, is_monthly, sort

OCTOBER, NOVEMBER = date(2018, 10, 19), date(2018, 11, 16)


def leg(
    strike: float,
    right: str,
    quantity: int,
    price: float | None = 1.0,
    expiry: date = OCTOBER,
    root: str = "SPXW",
    opened: datetime | None = None,
) -> Holding:
    return Holding(Contract("SPX", root, expiry, right, strike), quantity, price, opened)


def legs(
    *strikes: float,
    quantity: int = 10,
    expiry: date = OCTOBER,
    root: str = "SPXW",
    opened: datetime | None = None,
) -> list[Holding]:
    signs = zip(strikes, "PPCC", (1, -1, -1, 1), (2.0, 6.0, 5.0, 1.0), strict=True)
    return [leg(k, right, sign * quantity, price, expiry, root, opened) for k, right, sign, price in signs]


VIX_CALL = Holding(Contract("VIX", "VIX", date(2018, 11, 21), "C", 15.0), 6, 1.2)
FUTURE = Holding(Contract("VX", "VX", date(2018, 11, 21)), 1, 14.0)


def test_four_legs_of_one_expiry_are_a_condor_and_the_rest_is_a_hedge() -> None:
    """The main case, whatever the order of the file."""
    everything = [*legs(2805, 2855, 2990, 3040), VIX_CALL, FUTURE]
    for seed in range(5):
        Random(seed).shuffle(everything)
        found = sort(everything)
        [condor] = found.condors
        assert condor.name == "10 × SPXW 19-Oct-2018 2805/2855/2990/3040"
        assert [one.contract.strike for one in condor.legs] == [2805, 2855, 2990, 3040]
        assert condor.credit == pytest.approx(6 + 5 - 2 - 1)
        assert found.hedges == (VIX_CALL, FUTURE)
        assert found.loose == ()


def test_condors_of_several_expiries_sizes_and_roots_come_soonest_first() -> None:
    """Each expiry, each root and each quantity is a condor of its own."""
    found = sort(
        [
            *legs(2700, 2750, 3050, 3100, expiry=NOVEMBER, quantity=3),
            *legs(2700, 2750, 3050, 3100, expiry=NOVEMBER, root="SPX"),
            *legs(2805, 2855, 2990, 3040),
        ]
    )
    assert [(one.letter, one.name) for one in found.condors] == [
        ("A", "10 × SPXW 19-Oct-2018 2805/2855/2990/3040"),
        ("B", "10 × SPX 16-Nov-2018 2700/2750/3050/3100"),
        ("C", "3 × SPXW 16-Nov-2018 2700/2750/3050/3100"),
    ]


def test_two_condors_of_one_size_are_told_by_when_they_were_opened() -> None:
    """Without the moments the inner spreads would go together; the trader opened them otherwise."""
    first, second = datetime(2018, 10, 3, 10), datetime(2018, 10, 4, 10)
    found = sort([*legs(2750, 2800, 2990, 3040, opened=first), *legs(2805, 2855, 3045, 3095, opened=second)])
    assert [one.name.split()[-1] for one in found.condors] == ["2750/2800/2990/3040", "2805/2855/3045/3095"]
    assert {one.opened for one in found.condors} == {first, second}


def test_two_condors_of_one_size_without_moments_pair_inner_with_inner() -> None:
    """A list of positions has no moments: every leg is used once, and strikes stay in order."""
    found = sort([*legs(2750, 2800, 2990, 3040), *legs(2805, 2855, 3045, 3095)])
    assert [one.name.split()[-1] for one in found.condors] == ["2750/2800/3045/3095", "2805/2855/2990/3040"]
    assert found.loose == ()


def test_a_condor_legged_in_over_two_days_is_a_condor() -> None:
    """Put spread on one day, call spread on the next: still four legs of one size."""
    first, second = datetime(2018, 10, 3, 10), datetime(2018, 10, 4, 10)
    puts = legs(2805, 2855, 2990, 3040, opened=first)[:2]
    calls = legs(2805, 2855, 2990, 3040, opened=second)[2:]
    [condor] = sort([*puts, *calls]).condors
    assert condor.opened == first


def test_an_iron_fly_is_a_condor() -> None:
    """The short strikes may be the same."""
    assert len(sort(legs(2850, 2900, 2900, 2950)).condors) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(legs(2805, 2855, 2990, 3040)[:3], id="a leg is missing"),
        pytest.param([*legs(2805, 2855, 2990, 3040)[:3], leg(3040, "C", 8)], id="a leg is smaller"),
        pytest.param([*legs(2805, 2855, 2990, 3040)[:3], leg(3040, "C", 10, expiry=NOVEMBER)], id="another expiry"),
        pytest.param([*legs(2805, 2855, 2990, 3040)[:3], leg(3040, "C", 10, root="SPX")], id="another settlement"),
        pytest.param(legs(2805, 2855, 2990, 3040, quantity=-10), id="a bought condor"),
        pytest.param(legs(2855, 2805, 2990, 3040), id="put strikes crossed"),
        pytest.param(legs(2805, 3000, 2990, 3040), id="short strikes crossed"),
        pytest.param([*legs(2805, 2855, 2990, 3040), leg(2700, "P", -10)], id="a leg too many"),
    ],
)
def test_what_is_no_condor_stays_loose_with_every_leg(wrong: list[Holding]) -> None:
    """Half a condor in the sheet would show a risk that is not the trader's."""
    found = sort(wrong)
    assert found.condors == ()
    assert sorted(one.name for one in found.loose) == sorted(one.name for one in wrong)


def test_a_fill_that_is_not_known_leaves_the_credit_open() -> None:
    """A credit of three legs would be a wrong number."""
    four = legs(2805, 2855, 2990, 3040)
    [condor] = sort([*four[:3], leg(3040, "C", 10, price=None)]).condors
    assert condor.credit is None
    assert condor.opened is None


def test_more_than_26_condors_still_have_letters() -> None:
    """--condor AA must name one."""
    many = [one for q in range(1, 29) for one in legs(2805, 2855, 2990, 3040, quantity=q)]
    assert [one.letter for one in sort(many).condors][25:] == ["Z", "AA", "AB"]


def test_only_spxw_settles_at_the_close() -> None:
    """AM and PM are half a trading day apart."""
    assert leg(2800, "P", 1, root="SPXW").contract.settlement == "PM"
    assert leg(2800, "P", 1, root="SPX").contract.settlement == "AM"
    assert {VIX_CALL.contract.settlement, FUTURE.contract.settlement} == {"AM"}


def test_weekly_vix_contracts_are_told_from_monthly_ones() -> None:
    """Only the monthly future stands in the sheet Curve: 21 November 2018 was monthly, the 14th weekly."""
    assert is_monthly(VIX_CALL.contract)
    assert not is_monthly(Contract("VIX", "VIX", date(2018, 11, 14), "C", 15.0))
