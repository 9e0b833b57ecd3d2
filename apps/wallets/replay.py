"""Read the whole journal again and compare what it says with every balance that is kept."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class Difference:
    """A kept value that the journal contradicts."""

    what: str
    """As "account.available", "lot.held" or "open hold"."""
    id: str
    kept: int
    replayed: int


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay found; the books balance when there is no difference."""

    transfers: int
    accounts: int
    lots: int
    differences: tuple[Difference, ...]

    @property
    def balanced(self) -> bool:
        """Whether every kept value is what the journal says."""
        return not self.differences


# One statement, so that one snapshot: transfers that are committed meanwhile are seen as a whole or not at all.
_REPLAY = """
WITH resolved AS MATERIALIZED (
    SELECT hold FROM wallets_transfer WHERE kind IN ('capture', 'release', 'hold_expire')
), open_holds AS MATERIALIZED (
    SELECT line.* FROM wallets_transfer AS line
    WHERE kind = 'hold' AND NOT EXISTS (SELECT FROM resolved WHERE resolved.hold = line.hold)
), account_journal AS (
    SELECT account_id AS id,
        sum(CASE WHEN kind IN ('hold', 'release', 'hold_expire') THEN 0
            WHEN credit = 'credits' THEN amount WHEN debit = 'credits' THEN -amount ELSE 0 END) AS posted,
        sum(CASE WHEN kind = 'hold' THEN amount
            WHEN kind IN ('capture', 'release', 'hold_expire') THEN -amount - released ELSE 0 END) AS held,
        sum(CASE WHEN debit = 'debt' THEN amount WHEN credit = 'debt' THEN -amount ELSE 0 END) AS owed
    FROM wallets_transfer GROUP BY account_id
), lot_journal AS (
    SELECT part.lot AS id,
        sum(CASE WHEN line.credit = 'credits' THEN part.amount ELSE -part.amount END) AS remaining,
        sum(CASE WHEN line.credit = 'credits' THEN part.amount ELSE 0 END) AS amount
    FROM wallets_transfer AS line CROSS JOIN LATERAL unnest(line.lots, line.amounts) AS part (lot, amount)
    WHERE line.kind NOT IN ('hold', 'release', 'hold_expire') GROUP BY part.lot
), lot_holds AS (
    SELECT part.lot AS id, sum(part.amount) AS held
    FROM open_holds CROSS JOIN LATERAL unnest(lots, amounts) AS part (lot, amount) GROUP BY part.lot
), lot_sums AS (
    SELECT account_id AS id, sum(available) AS available, sum(held) AS held FROM wallets_lot GROUP BY account_id
), compared AS (
    SELECT 'account.' || value.name AS what, coalesce(kept.id, said.id)::text AS id, value.kept, value.said
    FROM wallets_account AS kept FULL JOIN account_journal AS said USING (id) CROSS JOIN LATERAL (VALUES
        ('available', kept.available, said.posted - said.held), ('held', kept.held, said.held),
        ('owed', kept.owed, said.owed)
    ) AS value (name, kept, said)
    UNION ALL
    SELECT 'lot.' || value.name, coalesce(kept.id, said.id)::text, value.kept, value.said
    FROM wallets_lot AS kept FULL JOIN lot_journal AS said USING (id) LEFT JOIN lot_holds AS hold USING (id)
    CROSS JOIN LATERAL (VALUES
        ('amount', kept.amount, said.amount), ('available', kept.available, said.remaining - coalesce(hold.held, 0)),
        ('spent', kept.spent::int, (said.remaining = 0)::int)
    ) AS value (name, kept, said)
    UNION ALL
    SELECT 'lot.held', coalesce(kept.id, said.id)::text, kept.held, said.held
    FROM wallets_lot AS kept FULL JOIN lot_holds AS said USING (id)
    UNION ALL
    SELECT 'lots.' || value.name, coalesce(kept.id, said.id)::text, value.kept, value.said
    FROM wallets_account AS kept FULL JOIN lot_sums AS said USING (id) CROSS JOIN LATERAL (VALUES
        ('available', kept.available, said.available), ('held', kept.held, said.held)
    ) AS value (name, kept, said)
    UNION ALL
    SELECT 'open hold', coalesce(kept.hold, said.hold)::text,
        CASE WHEN kept.hold IS NULL THEN 0 ELSE 1 END, CASE WHEN said.hold IS NULL THEN 0 ELSE 1 END
    FROM wallets_openhold AS kept FULL JOIN open_holds AS said USING (hold)
    UNION ALL
    SELECT 'hold.lots', hold::text, amount, (SELECT sum(part) FROM unnest(amounts) AS part)
    FROM wallets_transfer WHERE kind = 'hold'
)
SELECT (SELECT count(*) FROM wallets_transfer), (SELECT count(*) FROM wallets_account),
    (SELECT count(*) FROM wallets_lot),
    coalesce((
        SELECT json_agg(json_build_array(what, id, coalesce(kept, 0), coalesce(said, 0)))
        FROM (
            SELECT * FROM compared WHERE coalesce(kept, 0) <> coalesce(said, 0) ORDER BY what, id LIMIT %s
        ) AS found
    ), '[]'::json)
"""


def replay(*, limit: int = 1000) -> Replay:
    """Every difference, at most `limit` of them. Reads the whole journal: for the night, or for a test."""
    with connection.cursor() as cursor:
        cursor.execute(_REPLAY, [limit])
        transfers, accounts, lots, found = cursor.fetchone()
    return Replay(
        transfers=transfers,
        accounts=accounts,
        lots=lots,
        differences=tuple(Difference(what, key, int(kept), int(said)) for what, key, kept, said in found),
    )
