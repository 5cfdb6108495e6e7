"""Yahoo through yfinance, which is not installed here: a stub answers with what a recorded chart holds."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from alvh_xl.market.errors import ProviderError
from alvh_xl.market.observation import Observation
from alvh_xl.market.providers import alternatives_for, requests_for, yahoo

TODAY = date(2026, 11, 25)
SINCE = date(2018, 1, 2)
NEW_YORK = ZoneInfo("America/New_York")


def frame(rows: dict[str, tuple[float, float, float, float]]) -> pd.DataFrame:
    """Build what yfinance returns: midnights of New York, four prices, a volume."""
    index = pd.DatetimeIndex([datetime.fromisoformat(day) for day in rows], tz=NEW_YORK)
    table = pd.DataFrame(list(rows.values()), index, ["Open", "High", "Low", "Close"])
    table["Adj Close"] = table["Close"] * 0.9
    return table


class Ticker:
    """Answers `history` with the frame set for the class, or fails as set."""

    answer: Any = None
    asked: tuple[str, dict[str, object]] = ("", {})

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol

    def history(self, **arguments: object) -> Any:
        """Note what was asked."""
        type(self).asked = (self.symbol, arguments)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Ticker]]:
    """Put a module of that name where the import looks first."""
    module = ModuleType(yahoo.PACKAGE)
    module.Ticker = Ticker  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, yahoo.PACKAGE, module)
    yield Ticker
    Ticker.answer = None


def vix(since: date = SINCE) -> list[Observation]:
    body = yahoo.fetch(yahoo.address("^VIX", since)).body
    return yahoo.parse(body, "^VIX", ("vix",), since, TODAY)


def test_a_recorded_chart_is_read_as_it_was_paid(shared_data: Path, stub: type[Ticker]) -> None:
    """The close, not the one adjusted for dividends; to the cent, without the noise of Yahoo's floats."""
    path = shared_data / "formats" / "yahoo_chart-AAPL-2020-08-31-to-2020-11-07.json"
    [chart] = json.loads(path.read_text(encoding="utf-8"))["response"]["bodyJson"]["chart"]["result"]
    [quote] = chart["indicators"]["quote"]
    stamps = [datetime.fromtimestamp(stamp, UTC).astimezone(NEW_YORK) for stamp in chart["timestamp"]]
    names = ("open", "high", "low", "close")
    rows = {f"{stamp:%Y-%m-%d}": tuple(quote[name][place] for name in names) for place, stamp in enumerate(stamps)}
    stub.answer = frame(rows)
    body = yahoo.fetch(yahoo.address("AAPL", date(2020, 8, 31))).body
    found = yahoo.parse(body, "AAPL", ("reit_price",), date(2020, 9, 1), TODAY)
    assert found[0] == Observation("reit_price", date(2020, 9, 1), 134.18)
    assert found[-1].day == date(2020, 11, 6)
    assert stub.asked[1]["auto_adjust"] is False
    assert stub.asked[1]["start"] == "2020-08-31"


def test_the_close_alone_or_all_four_prices_are_taken(stub: type[Ticker]) -> None:
    """One document of the index fills four series, one of a volatility index its close."""
    stub.answer = frame({"2018-10-03": (12.0, 13.0, 11.0, 11.609999656677246)})
    assert vix() == [Observation("vix", date(2018, 10, 3), 11.61)]
    stub.answer = frame({"2018-10-03": (2931.69, 2939.86, 2921.36, 2925.51)})
    parts = ("spx_open", "spx_high", "spx_low", "spx_close")
    body = yahoo.fetch(yahoo.address("^GSPC", SINCE)).body
    values = {row.series: row.value for row in yahoo.parse(body, "^GSPC", parts, SINCE, TODAY)}
    assert values == dict(zip(parts, (2931.69, 2939.86, 2921.36, 2925.51), strict=True))


def test_holes_and_absurd_prices_are_left_out(stub: type[Ticker]) -> None:
    """A blank day is no value; a price of 9999, or a high below the low, is a fault of the source."""
    hole = float("nan")
    stub.answer = frame({
        "2018-10-01": (12.0, 13.0, 11.0, 12.0), "2018-10-02": (hole, hole, hole, hole),
        "2018-10-03": (12.0, 13.0, 11.0, 9999.0), "2018-10-04": (12.0, 11.0, 13.0, 12.0),
    })  # fmt: skip
    assert vix() == [Observation("vix", date(2018, 10, 1), 12.0)]


def test_many_blank_days_are_no_reason_to_refuse_the_others(stub: type[Ticker]) -> None:
    """Holidays of other exchanges stand blank in Yahoo's table; counted as faults they would cost the whole answer."""
    hole = float("nan")
    rows = {f"2018-09-{day:02d}": (hole, hole, hole, hole) for day in range(1, 31)}
    stub.answer = frame(rows | {"2018-10-03": (12.0, 13.0, 11.0, 11.61)})
    assert vix() == [Observation("vix", date(2018, 10, 3), 11.61)]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (pd.DataFrame(columns=["Open", "High", "Low", "Close"]), "returned no prices"),
        (pd.DataFrame({"Price": [1.0]}), r"yfinance failed \(KeyError\)"),
        (RuntimeError("Too Many Requests\nsecond line"), r"yfinance failed \(RuntimeError\)"),
        (None, r"yfinance failed \(TypeError\)"),
    ],
)
def test_what_yfinance_cannot_give_is_one_line(stub: type[Ticker], answer: Any, words: str) -> None:
    """An unofficial interface breaks in ways of its own; a sync must go on and say so."""
    stub.answer = answer
    with pytest.raises(ProviderError, match=words) as caught:
        vix()
    assert "\n" not in str(caught.value)


def test_without_the_extra_nothing_is_asked_and_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package must import, sync and say one line without yfinance."""
    monkeypatch.setitem(sys.modules, yahoo.PACKAGE, None)
    monkeypatch.setattr(yahoo, "available", lambda: False)
    assert alternatives_for(("vix",), SINCE, TODAY) == []
    assert all(request.provider != yahoo.PROVIDER for request in requests_for(SINCE, TODAY))
    with pytest.raises(ProviderError, match="yfinance is not installed"):
        yahoo.fetch(yahoo.address("^VIX", SINCE))


def test_yahoo_is_never_the_first_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is another source it stands behind it, and no base address ever reaches the real site."""
    monkeypatch.setattr(yahoo, "available", lambda: True)
    first = [request for request in requests_for(SINCE, TODAY) if request.provider == yahoo.PROVIDER]
    assert [request.series for request in first] == [("reit_price",)]
    keyed = {"STOOQ_API_KEY": "abc"}
    order = [request.provider for request in alternatives_for(("reit_price",), SINCE, TODAY, None, keyed)]
    assert order == ["Stooq", "Yahoo"]
    assert all(request.provider != "Yahoo" for request in requests_for(SINCE, TODAY, None, keyed))
    assert alternatives_for(("vix",), SINCE, TODAY, "http://127.0.0.1:9") == []
    assert alternatives_for(("fed_funds",), SINCE, TODAY) == []
