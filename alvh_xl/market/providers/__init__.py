"""Where live data come from: one request a document, with the parser that reads it.

text         faults of a table, common to all
cboe_index   volatility indices, SKEW and the S&P 500
cboe_vx      VX settlements, one document a contract
cboe_quotes  option chains, fetched on their own (a chain is not a series; see legs.py)
cboe_quotedata  option chains saved by hand from the web page
fred         rates, prices, exchange rate, GDP; release dates, which are no series either
fed          days of FOMC decisions
stooq        S&P 500 and a REIT fund, with a key
yahoo        the same and the volatility indices, through an optional package; the first source of the fund alone,
             and of that only without a Stooq key
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import MappingProxyType

from alvh_xl.market.observation import Observation
from alvh_xl.market.providers import cboe_index, cboe_vx, fed, fred, stooq, yahoo

_NOTHING: Mapping[str, str] = MappingProxyType({})

STOOQ = "Stooq"
# Sources that are asked when a first one failed. Only of the fund is one of them itself the first.
STAND_INS = (STOOQ, yahoo.PROVIDER)
FUND = ("reit_price",)
# Names at Stooq and at Yahoo of what one document of a first source holds; "" where it is not served.
SYMBOLS: Mapping[tuple[str, ...], tuple[str, str]] = MappingProxyType({
    cboe_index.SYMBOLS["SPX"]: ("^spx", "^GSPC"),
    **{cboe_index.SYMBOLS[name]: ("", f"^{name}") for name in ("VIX", "VIX9D", "VIX3M", "VIX6M", "VVIX", "SKEW")},
    FUND: ("vnq.us", "VNQ"),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """One document to fetch: who publishes it, its address, the series in it, and how to read it.

    The address may hold a key: show `provider` and `series`, never `url`.
    """

    provider: str
    url: str
    series: tuple[str, ...]
    parse: Callable[[bytes], list[Observation]]


def requests_for(
    since: date, today: date, base_url: str | None = None, environ: Mapping[str, str] = _NOTHING
) -> list[Request]:
    """Every document that holds values from `since` to `today`.

    Parameters
    ----------
    since, today : date
        First and last day wanted, New York.
    base_url : str, optional
        Scheme, host and port that stand in for every source's own; paths stay the same.
    environ : mapping of str to str
        With FRED_API_KEY in it the FRED API is asked instead of the graph download.
    """

    address = _Address(base_url)
    found = [
        Request(
            "Cboe",
            address(cboe_index.HOST, cboe_index.PATH.format(symbol)),
            series,
            partial(cboe_index.parse, symbol=symbol, since=since, today=today),
        )
        for symbol, series in cboe_index.SYMBOLS.items()
    ]
    for year, month in cboe_vx.contracts(since, today):
        parse = partial(cboe_vx.parse, year=year, month=month, since=since, today=today)
        url = address(cboe_vx.HOST, cboe_vx.path(year, month))
        found.append(Request("Cboe Futures Exchange", url, ("vx",), parse))
    key = environ.get(fred.KEY, "")
    for series, code in fred.CODES.items():
        if key.isalnum():
            url = address(fred.API_HOST, fred.API_PATH.format(code, since.isoformat(), key))
            found.append(Request("FRED", url, (series,), partial(fred.parse_json, series=series, today=today)))
        else:
            url = address(fred.HOST, fred.PATH.format(code, since.isoformat()))
            found.append(Request("FRED", url, (series,), partial(fred.parse_csv, series=series, today=today)))
    # No first source serves the fund: the best of the others does.
    return found + alternatives_for(FUND, since, today, base_url, environ)[:1]


def alternatives_for(
    series: tuple[str, ...],
    since: date,
    today: date,
    base_url: str | None = None,
    environ: Mapping[str, str] = _NOTHING,
) -> list[Request]:
    """Other sources of the series of one document, best first, to be asked when the first one failed.

    Stooq wants its key in the environment; Yahoo the optional package, and the real network: a base address that
    stands in for every source has no Yahoo.
    """
    symbols = SYMBOLS.get(series, ("", ""))
    key, found = environ.get(stooq.KEY, ""), []
    if symbols[0] and key.isalnum():
        url = _Address(base_url)(stooq.HOST, stooq.path(symbols[0], since, today, key))
        parse = partial(stooq.parse, symbol=symbols[0], series=series, since=since, today=today)
        found.append(Request(STOOQ, url, series, parse))
    if symbols[1] and base_url is None and yahoo.available():
        parse = partial(yahoo.parse, symbol=symbols[1], series=series, since=since, today=today)
        found.append(Request(yahoo.PROVIDER, yahoo.address(symbols[1], since), series, parse))
    return found


@dataclass(frozen=True, slots=True)
class Agenda:
    """A document of one event's dates, past and coming."""

    provider: str
    url: str
    event: str
    parse: Callable[[bytes], list[date]]


def agendas_for(today: date, base_url: str | None = None, environ: Mapping[str, str] = _NOTHING) -> list[Agenda]:
    """Documents of release and decision dates; those of FRED want its key in the environment."""
    address = _Address(base_url)
    found = [Agenda("Federal Reserve", address(fed.HOST, fed.PATH), "fomc", fed.decision_days)]
    key = environ.get(fred.KEY, "")
    if key.isalnum():
        for event, number in fred.RELEASES.items():
            url = address(fred.API_HOST, fred.DATES_PATH.format(number, key))
            found.append(Agenda("FRED", url, event, partial(fred.release_days, event=event, today=today)))
    return found


@dataclass(frozen=True, slots=True)
class _Address:
    """Address of a path on its own host, or on the one that stands in for all."""

    base_url: str | None

    def __call__(self, host: str, path: str) -> str:
        return (self.base_url.rstrip("/") if self.base_url else host) + path
