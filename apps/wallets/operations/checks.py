"""What a proof of the books checks: each promise as a query of the rows that break it, as lines to read.

The queries aggregate inside PostgreSQL, which spills to disk what its `work_mem` does not hold: their memory does not
grow with the journal.
"""

# ruff: noqa: S608
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """A promise, how many rows it is about, and a query of the rows that break it: one text each, in a stable order.

    `%(now)s` in either query is the moment of the proof.
    """

    name: str
    title: str
    count: str
    broken: str


# what a line adds to credits, held and debt, as the ledger's own functions post it
_POSTED = """CASE WHEN kind IN ('hold', 'release', 'hold_expire') THEN 0
    WHEN credit = 'credits' THEN amount WHEN debit = 'credits' THEN -amount ELSE 0 END"""
_HELD = """CASE kind WHEN 'hold' THEN amount WHEN 'capture' THEN -(amount + released)
    WHEN 'release' THEN -amount WHEN 'hold_expire' THEN -amount ELSE 0 END"""
_LINES = "SELECT count(*) FROM wallets_transfer"
_RESOLVES = "('capture', 'release', 'hold_expire')"

ZERO = Check(
    "zero",
    "Everybody’s balances and the platform’s add up to zero",
    _LINES,
    """
    WITH platform AS (
        SELECT coalesce(sum(CASE WHEN credit NOT IN ('credits', 'debt') THEN amount ELSE 0 END
            - CASE WHEN debit NOT IN ('credits', 'debt') THEN amount ELSE 0 END), 0) AS total
        FROM wallets_transfer WHERE kind NOT IN ('hold', 'release', 'hold_expire')
    ), people AS (
        SELECT coalesce(sum(available + held), 0) - coalesce(sum(owed), 0) AS total FROM wallets_account
    )
    SELECT format('people have %%s, the platform %%s: together %%s', people.total, platform.total,
        people.total + platform.total) AS line
    FROM platform, people WHERE people.total + platform.total <> 0
    """,
)

SIDES = Check(
    "sides",
    "Every line moves between the two accounts that its kind allows",
    _LINES,
    """
    SELECT format('line %%s: a %%s from %%s to %%s', id, kind, debit, credit) AS line
    FROM wallets_transfer
    WHERE amount < 1 OR released < 0 OR (released > 0 AND kind <> 'capture') OR NOT coalesce(CASE
        WHEN kind = 'grant' THEN debit IN ('issued', 'clearing', 'expired') AND credit = 'credits'
        WHEN kind IN ('hold', 'capture', 'release', 'hold_expire') THEN debit = 'credits' AND credit = 'revenue'
        WHEN kind = 'expire' THEN debit = 'credits' AND credit = 'expired'
        WHEN kind = 'take_back' THEN debit = 'credits' AND credit IN ('issued', 'clearing')
        WHEN kind = 'owe' THEN debit = 'debt' AND credit IN ('issued', 'clearing')
        WHEN kind = 'repay' THEN debit = 'credits' AND credit = 'debt'
        WHEN kind = 'give_back' THEN debit IN ('issued', 'clearing') AND credit = 'credits'
        WHEN kind = 'forgive' THEN debit IN ('issued', 'clearing') AND credit = 'debt' END, false)
    ORDER BY id
    """,
)

NEGATIVE = Check(
    "negative",
    "Nobody has less than nothing, and nobody has more on hold than there is",
    "SELECT (SELECT count(*) FROM wallets_account) + (SELECT count(*) FROM wallets_lot)",
    """
    SELECT line FROM (
        SELECT 0, id, format('account %%s: %%s available, %%s held, %%s owed', id, available, held, owed)
        FROM wallets_account WHERE available < 0 OR held < 0 OR owed < 0
        UNION ALL
        SELECT 1, id, format('lot %%s: %%s of %%s available, %%s held', id, available, amount, held)
        FROM wallets_lot WHERE available < 0 OR held < 0 OR available + held > amount OR spent <> (available + held = 0)
    ) AS found (place, id, line) ORDER BY place, id
    """,
)

PARTS = Check(
    "parts",
    "The lots of every line add up to its amount",
    _LINES,
    """
    SELECT format('line %%s: a %%s of %%s out of lots %%s, %%s', t.id, t.kind, t.amount, t.lots, t.amounts) AS line
    FROM wallets_transfer AS t
    -- most lines have one lot: nothing has to be added up for those
    WHERE ((cardinality(t.lots), cardinality(t.amounts), t.amounts[1]) IS DISTINCT FROM (1, 1, t.amount)
            OR t.kind IN ('owe', 'forgive'))
        AND (cardinality(t.lots) <> cardinality(t.amounts)
            OR EXISTS (SELECT FROM unnest(t.amounts) AS part WHERE part < 1)
            OR (SELECT coalesce(sum(part), 0) FROM unnest(t.amounts) AS part)
                <> CASE WHEN t.kind IN ('owe', 'forgive') THEN 0 ELSE t.amount END)
    ORDER BY t.id
    """,
)

RUNNING = Check(
    "running",
    "Every line says what was available after it",
    _LINES,
    f"""
    WITH told AS (
        SELECT id, account_id, available,
            sum({_POSTED} - ({_HELD})) OVER (PARTITION BY account_id ORDER BY id) AS replayed
        FROM wallets_transfer
    )
    SELECT format('line %%s of account %%s: it says %%s available, the lines up to it %%s',
        id, account_id, available, replayed) AS line
    FROM told WHERE available <> replayed ORDER BY id
    """,
)

RESOLUTIONS = Check(
    "resolutions",
    "Every hold ends at most once, for all that it held, in the wallet that it was made in",
    "SELECT count(*) FROM wallets_transfer WHERE kind = 'hold'",
    f"""
    SELECT line FROM (
        SELECT ended.id, format('line %%s: a %%s of %%s and %%s back ends hold %%s, which %%s', ended.id, ended.kind,
            ended.amount, ended.released, ended.hold, CASE WHEN held.id IS NULL THEN 'nobody made'
            ELSE format('holds %%s of account %%s', held.amount, held.account_id) END)
        FROM wallets_transfer AS ended
        LEFT JOIN wallets_transfer AS held ON held.hold = ended.hold AND held.kind = 'hold' AND held.id < ended.id
        WHERE ended.kind IN {_RESOLVES} AND (held.id IS NULL OR held.account_id <> ended.account_id
            OR held.amount <> ended.amount + ended.released)
        UNION ALL
        SELECT min(id), format('hold %%s ended %%s times', hold, count(*))
        FROM wallets_transfer WHERE kind IN {_RESOLVES} GROUP BY hold HAVING count(*) > 1
    ) AS found (id, line) ORDER BY id
    """,
)

LATE_HOLDS = Check(
    "late-holds",
    "No hold is open a day after its life has ended",
    "SELECT count(*) FROM wallets_openhold",
    """
    SELECT format('hold %%s of account %%s should have ended at %%s',
        hold, account_id, to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')) AS line
    FROM wallets_openhold WHERE expires_at < %(now)s::timestamptz - interval '1 day' ORDER BY expires_at, hold
    """,
)

KEYS = Check(
    "keys",
    "Every key acted once, and its answer is kept",
    "SELECT count(*) FROM wallets_answer",
    """
    WITH used AS (
        SELECT key, kind, count(*) AS times, min(id) AS id FROM wallets_transfer WHERE key <> '' GROUP BY key, kind
    )
    SELECT line FROM (
        SELECT used.id, CASE WHEN used.times > 1
            THEN format('key %%s: %%s lines of %%s', used.key, used.times, used.kind)
            ELSE format('key %%s: a %%s without an answer', used.key, used.kind) END
        FROM used LEFT JOIN wallets_answer AS a ON a.key = used.key WHERE used.times > 1 OR a.key IS NULL
        UNION ALL
        SELECT NULL, format('key %%s: answered %%s and nothing in the journal', a.key, a.outcome)
        FROM wallets_answer AS a WHERE a.outcome IN ('held', 'granted', 'taken', 'given')
            AND NOT EXISTS (SELECT FROM used WHERE used.key = a.key)
    ) AS found (id, line) ORDER BY id, line
    """,
)

OWNERS = Check(
    "owners",
    "Every line is of an account that exists and moves its own lots alone",
    _LINES,
    """
    SELECT line FROM (
        SELECT t.id, format('line %%s: there is no account %%s', t.id, t.account_id)
        FROM wallets_transfer AS t LEFT JOIN wallets_account AS a ON a.id = t.account_id WHERE a.id IS NULL
        UNION ALL
        SELECT t.id, format('line %%s of account %%s moves lot %%s, which %%s', t.id, t.account_id, part.lot,
            coalesce('is of account ' || l.account_id, 'does not exist'))
        FROM wallets_transfer AS t CROSS JOIN LATERAL unnest(t.lots) AS part (lot)
        LEFT JOIN wallets_lot AS l ON l.id = part.lot WHERE l.account_id IS DISTINCT FROM t.account_id
    ) AS found (id, line) ORDER BY id, line
    """,
)

LEDGER = (ZERO, SIDES, OWNERS, NEGATIVE, PARTS, RUNNING, RESOLUTIONS, LATE_HOLDS, KEYS)
