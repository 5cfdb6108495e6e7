"""SPX chains as Cboe's quote table gives them: vols and deltas reproduced from mid quotes and a parity forward.

The table prices an option to its settlement instant: an SPX series at 09:30, an SPXW series at 16:00 New York time.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alvh_xl.model import black, volatility
from alvh_xl.model.types import FloatArray

TENORS = {"DGS1MO": 30, "DGS3MO": 91, "DGS6MO": 182, "DGS1": 365, "DGS2": 730, "DGS5": 1825}
SETTLES = {"SPX": pd.Timedelta(hours=9.5), "SPXW": pd.Timedelta(hours=16)}
SESSIONS = ("2022-01-07", "2022-06-10", "2024-01-05")
# The instant the table counts from. The January table was saved on a Sunday and had moved on a day: each of its ten
# expiries on its own implies a clock between 15:42 and 15:47 on Saturday. The other two agree with the close.
VALUED = {"2022-01-07": "2022-01-08 15:45", "2022-06-10": "2022-06-10 16:00", "2024-01-05": "2024-01-05 16:00"}


def _chain(folder: Path, session: str) -> pd.DataFrame:
    """All rows of one session that have not expired, with mid quotes."""
    rows = pd.read_parquet(folder / "options" / f"spx_cboe_chain_{session.replace('-', '')}.parquet")
    assert (rows["session"] == session).all()
    rows = rows.loc[rows["expiration"] > pd.Timestamp(session)]
    return rows.assign(mid=(rows["bid"] + rows["ask"]) / 2, phi=np.where(rows["right"] == "C", 1.0, -1.0))


def _rates(folder: Path, session: str) -> FloatArray:
    table = pd.read_csv(folder / "macro" / "fred_rates_daily_2004_2026.csv")
    return np.asarray(table.loc[table["date"] == session, list(TENORS)].to_numpy(dtype=float)[0] / 100.0)


def _rate(rates: FloatArray, years: float) -> float:
    """Treasury yield of the tenor; that it is not quite continuous is worth less than a quote's rounding."""
    return float(np.interp(years * 365.0, list(TENORS.values()), rates))


def _forward(series: pd.DataFrame, years: float, rate: float) -> float:
    """Forward of one root and expiry from the strikes quoted on both sides."""
    quoted = series.loc[(series["bid"] > 0.0) & (series["ask"] >= series["bid"])]
    mids = quoted.pivot(index="strike", columns="right", values="mid")
    return black.implied_forward(mids.index.to_numpy(), mids["C"].to_numpy(), mids["P"].to_numpy(), years, rate)


def _reproduce(folder: Path, session: str, valued: str) -> pd.DataFrame:
    """Our vol, and our forward delta at the vol of the table, beside the table's own numbers.

    Kept: rows whose vol the table computed (0.0 is "not computed"), out of the money, |delta| at least 0.02, quoted on
    both sides, up to 400 days. Beyond that a vol is made of the rounding of the quote.
    """
    rates = _rates(folder, session)
    parts = []
    for (root, expiration), series in _chain(folder, session).groupby(["root", "expiration"]):
        settlement = pd.Timestamp(str(expiration)) + SETTLES[str(root)]
        years = (settlement - pd.Timestamp(valued)) / pd.Timedelta(days=365)
        rate = _rate(rates, years)
        forward = _forward(series, years, rate)
        kept = series.loc[
            (series["iv"] > 0.0) & (series["bid"] > 0.0) & (series["ask"] > series["bid"])
            & (series["delta"].abs() >= 0.02) & (series["phi"] * (series["strike"] - forward) > 0.0)
        ]  # fmt: skip
        terms = kept["phi"].to_numpy(), kept["strike"].to_numpy()
        vol = black.implied_vol(terms[0], kept["mid"].to_numpy(), forward, terms[1], years, rate, on_future=True)
        delta = black.black76_six(terms[0], forward, terms[1], years, kept["iv"].to_numpy())[1]
        parts.append(kept.assign(our_iv=vol, our_delta=delta, days=years * 365.0))
    found = pd.concat(parts)
    return found.loc[found["days"] < 400.0]


@pytest.mark.parametrize(("session", "vol_tolerance", "delta_tolerance", "least"), [
    ("2022-01-07", 0.0001, 0.0001, 1_100),
    ("2022-06-10", 0.0010, 0.0015, 6_500),
    ("2024-01-05", 0.0004, 0.0030, 6_000),
])  # fmt: skip
def test_vols_and_deltas_of_the_chains_are_reproduced(
    shared_data: Path, session: str, vol_tolerance: float, delta_tolerance: float, least: int
) -> None:
    """A time to settlement, a forward or a delta convention that is not the market's.

    The table rounds vol and delta to four digits: the January table agrees to the last one. In the other two the
    quotes are of 16:15 and the index of 16:00: parity puts the forward 8 points above it in June 2022, so a delta at
    the money must differ by several thousandths.
    """
    found = _reproduce(shared_data, session, VALUED[session])
    assert len(found) >= least
    assert found["our_iv"].notna().all()
    assert (found["our_iv"] - found["iv"]).abs().mean() <= vol_tolerance
    assert (found["our_delta"] - found["delta"]).abs().mean() <= delta_tolerance


def test_a_day_too_many_shows_at_once(shared_data: Path) -> None:
    """A check too coarse to see one calendar day: the weekend table against the session it belongs to."""
    found = _reproduce(shared_data, "2022-01-07", "2022-01-07 16:00")
    differences = (found["our_iv"] - found["iv"]).abs().mean()
    assert 0.005 < differences < 0.010
    assert (found["our_iv"] < found["iv"]).mean() > 0.99  # a longer time, hence a lower vol, on every row


def test_the_hours_between_morning_and_afternoon_settlement_show(shared_data: Path) -> None:
    """An SPX series counted to the close: on the expiry it shares with SPXW it must read a higher total variance."""
    found = _reproduce(shared_data, "2024-01-05", VALUED["2024-01-05"])
    third_friday = found.loc[found["expiration"] == pd.Timestamp("2024-01-19")]
    assert third_friday.groupby("root")["days"].first().to_dict() == {
        "SPX": pytest.approx(13 + 17.5 / 24), "SPXW": pytest.approx(14.0)
    }  # fmt: skip
    morning, afternoon = (third_friday.loc[third_friday["root"] == root] for root in SETTLES)
    both = morning.merge(afternoon, on=["strike", "right"])
    assert len(both) > 50
    for side in ("x", "y"):
        assert (both[f"our_iv_{side}"] - both[f"iv_{side}"]).abs().mean() < 0.0006
    assert (both["iv_y"] - both["iv_x"]).abs().mean() > 0.001


@pytest.mark.parametrize("session", SESSIONS)
def test_a_vol_of_zero_stands_only_on_rows_deep_in_the_money(shared_data: Path, session: str) -> None:
    """A vol of 0.0 taken for a volatility: it means that the table computed none, and ours is none or senseless too."""
    rows = _chain(shared_data, session)
    rows = rows.loc[rows["iv"] == 0.0]
    assert len(rows) > 500
    assert (rows["phi"] * (rows["spot"] - rows["strike"]) > 50.0).all()
    assert np.isnan(black.bsm_price(rows["phi"], rows["spot"], rows["strike"], 0.1, rows["iv"])).all()


@pytest.mark.parametrize(("session", "expired"), [("2022-06-10", 450), ("2024-01-05", 446)])
def test_rows_that_expired_that_day_carry_no_vol(shared_data: Path, session: str, expired: int) -> None:
    """A row without any time left passed on as if it had a volatility."""
    rows = pd.read_parquet(shared_data / "options" / f"spx_cboe_chain_{session.replace('-', '')}.parquet")
    rows = rows.loc[rows["expiration"] == pd.Timestamp(session)]
    assert len(rows) == expired
    assert (rows["iv"] == 0.0).all()
    mids = ((rows["bid"] + rows["ask"]) / 2).to_numpy()
    assert np.isnan(black.implied_vol(1.0, mids, rows["spot"].to_numpy(), rows["strike"].to_numpy(), 0.0)).all()


def _out_of_the_money(series: pd.DataFrame, at: float) -> dict[float, float]:
    """Mid prices by strike as the index takes them: away from `at` until two strikes in a row have no bid."""
    taken = {at: float(series.loc[series["strike"] == at, "mid"].mean())}
    for right, sign in (("P", -1.0), ("C", 1.0)):
        side = series.loc[(series["right"] == right) & (sign * (series["strike"] - at) > 0.0)]
        side = side.sort_values("strike", ascending=sign > 0.0)
        missing = 0
        for strike, bid, mid in side[["strike", "bid", "mid"]].to_numpy(dtype=float).tolist():
            missing = 0 if bid > 0.0 else missing + 1
            if missing == 2:
                break
            if not missing:
                taken[strike] = mid
    return taken


def _replicated_vol(series: pd.DataFrame, years: float, rate: float) -> float:
    """Model-free vol of one expiry, as the index methodology writes it."""
    forward = _forward(series, years, rate)
    strikes = series["strike"].to_numpy()
    at = float(strikes[strikes <= forward].max())
    prices = _out_of_the_money(series, at)
    k, price = np.array(sorted(prices.items())).T
    widths = np.concatenate(([k[1] - k[0]], (k[2:] - k[:-2]) / 2, [k[-1] - k[-2]]))
    contributions = widths / k**2 * np.exp(rate * years) * price
    return float(np.sqrt((2 * contributions.sum() - (forward / at - 1) ** 2) / years))


@pytest.mark.parametrize(("session", "near", "far", "expected", "tolerance"), [
    ("2022-06-10", "2022-07-08", "2022-07-11", 27.22, 0.03),
    ("2024-01-05", "2024-02-02", "2024-02-05", 13.11, 0.03),
    # The Fridays the index itself is made of, against its published closes.
    ("2022-06-10", "2022-07-08", "2022-07-15", 27.75, 0.06),
    ("2024-01-05", "2024-02-02", "2024-02-09", 13.35, 0.03),
])  # fmt: skip
def test_a_replication_of_the_vix_from_the_chain_gives_its_close(
    shared_data: Path, session: str, near: str, far: str, expected: float, tolerance: float
) -> None:
    """A forward or an interpolation in total variance that would not give the index back."""
    chain = _chain(shared_data, session)
    rate = _rate(_rates(shared_data, session), 30 / 365)
    days, vols = [], []
    for expiry in (near, far):
        series = chain.loc[(chain["root"] == "SPXW") & (chain["expiration"] == pd.Timestamp(expiry))]
        days.append((pd.Timestamp(expiry) - pd.Timestamp(session)) / pd.Timedelta(days=1))
        vols.append(_replicated_vol(series, days[-1] / 365, rate))
    assert 100 * float(volatility.term_vol(30.0, days, vols)) == pytest.approx(expected, abs=tolerance)
