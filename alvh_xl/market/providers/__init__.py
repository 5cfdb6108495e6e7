"""Where live data come from: one request a document, with the parser that reads it.

text         faults of a table, common to all
cboe_index   volatility indices, SKEW and the S&P 500
cboe_vx      VX settlements, one document a contract
cboe_quotes  option chains, fetched on their own (a chain is not a series; see legs.py)
cboe_quotedata  option chains saved by hand from the web page
fred         rates, prices and exchange rate
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import MappingProxyType

from alvh_xl.market.observation import Observation
from alvh_xl.market.providers import cboe_index, cboe_vx, fred

_NOTHING: Mapping[str, str] = MappingProxyType({})


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

    def address(host: str, path: str) -> str:
        return (base_url.rstrip("/") if base_url else host) + path

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
    return found
