"""Reading a broker's rows one by one: contracts of ours are kept, others counted, an unreadable one ends the reading.

A row of ours that can't be read is a fault of the whole file: without it the rest would add up to a wrong position.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from alvh_xl.market.brokers.holding import Fill, Holding, Skipped, Statement
from alvh_xl.market.brokers.netting import explained, merge, net
from alvh_xl.market.brokers.symbols import OTHER, OtherError
from alvh_xl.market.brokers.text import shown
from alvh_xl.market.errors import ProviderError

LONGEST_NAME = 40


class Gathered:
    """Positions, fills and omissions of one file.

    Parameters
    ----------
    broker : str
    file : str
        Name of the file, for messages.
    """

    def __init__(self, broker: str, file: str) -> None:
        self.broker = broker
        self.file = file
        self.fills: list[Fill] = []
        self.positions: list[Holding] = []
        self.since: date | None = None
        self.through: date | None = None
        self._others: dict[tuple[str, str, bool], int] = {}
        self._listed = {"options": False, "futures": False}

    @contextmanager
    def row(self, number: int, what: str, *, trade: bool = False) -> Iterator[None]:
        """Read one row, counted from 1; `what` names its instrument, `trade` says that it is a row of trades.

        Raises
        ------
        ProviderError
            The row is of ours, and can't be read.
        """
        try:
            yield
        except OtherError as reason:
            self.other(what, str(reason), trade=trade)
        except (ValueError, OverflowError) as problem:
            raise ProviderError(
                f"{self.file}, row {number} ({shown(what)[1:-1]}): {problem}; nothing is taken, put the row right first"
            ) from None

    def other(self, what: str, reason: str = OTHER, *, trade: bool = False) -> None:
        """Count a row that is left out."""
        key = (shown(what)[1:-1] or "a row without a symbol", reason, trade and reason != OTHER)
        self._others[key] = self._others.get(key, 0) + 1

    def listed(self, kind: str) -> None:
        """The broker lists its positions of a kind, "options" or "futures": trades of that kind don't count."""
        self._listed[kind] = True

    def seen(self, day: date) -> None:
        """Widen the days the file speaks of."""
        self.since = day if self.since is None else min(self.since, day)
        self.through = day if self.through is None else max(self.through, day)

    def statement(self, *, with_commissions: bool = False) -> Statement:
        """Holdings of the file: the broker's own list where there is one, else what the trades leave open.

        Parameters
        ----------
        with_commissions : bool
            Whether the prices of the broker's list contain commissions; fills of the same file are preferred then.
        """
        unlisted = [fill for fill in self.fills if not self._listed["options" if fill.contract.right else "futures"]]
        left, skipped = net(unlisted, self.through)
        costs = []
        for held, traded in explained(merge(self.positions), self.fills):
            price = held.price
            if with_commissions and traded is not None and traded.price is not None:
                price = traded.price
            elif with_commissions and price is not None:
                costs.append(held.contract.name)
            left.append(Holding(held.contract, held.quantity, price, traded.opened if traded else None))
        others = [
            Skipped(name if count == 1 else f"{name} ({count} rows)", reason, ours=reason != OTHER)
            for (name, reason, trade), count in self._others.items()
            # Where the broker lists its options, a trade of ours that can't be told adds nothing.
            if not (trade and self._listed["options"])
        ]
        return Statement(
            self.broker,
            tuple(sorted(left, key=lambda held: held.contract)),
            tuple(sorted([*skipped, *others])),
            bool(unlisted),
            self.since,
            self.through,
            tuple(costs),
        )
