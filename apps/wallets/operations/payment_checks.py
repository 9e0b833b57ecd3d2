"""What a proof checks between payments and the ledger: everything paid was granted once, and the other way round.

The keys are those under which `apps.wallets.stripe` grants and takes back: `checkout:` or `invoice:` and the payment's
source; `refund:` or `dispute:` and Stripe's id, with a number from the second time on.
"""

# ruff: noqa: S608 - every part of a query is a text of this file
from __future__ import annotations

from apps.wallets.operations.checks import Check

_GRANTS = """
    granted AS (
        SELECT t.key, count(*) AS times, sum(t.amount) AS amount, min(t.lots[1]) AS lot, min(t.account_id) AS account
        FROM wallets_transfer AS t WHERE t.kind = 'grant' AND t.debit = 'clearing' GROUP BY t.key
    ), paid AS (
        SELECT p.*, CASE p.kind WHEN 'pack' THEN 'checkout:' ELSE 'invoice:' END || p.source AS key
        FROM wallets_payment AS p WHERE p.state = 'granted' AND p.credits > 0
    )
"""

PAYMENTS = Check(
    "payments",
    "Every payment that counts was granted once, in full, to who paid",
    "SELECT count(*) FROM wallets_payment WHERE state = 'granted' AND credits > 0",
    f"""
    WITH {_GRANTS}
    SELECT CASE WHEN g.key IS NULL THEN format('%%s: %%s credits were paid and not granted', p.source, p.credits)
        WHEN g.times > 1 THEN format('%%s: granted %%s times', p.source, g.times)
        WHEN g.amount <> p.credits THEN
            format('%%s: %%s credits were paid and %%s granted', p.source, p.credits, g.amount)
        WHEN g.lot IS DISTINCT FROM p.lot THEN format('%%s: it says lot %%s and was granted as lot %%s',
            p.source, p.lot, g.lot)
        ELSE format('%%s: granted to somebody else', p.source) END AS line
    FROM paid AS p LEFT JOIN granted AS g ON g.key = p.key LEFT JOIN wallets_account AS a ON a.id = g.account
    WHERE g.key IS NULL OR g.times <> 1 OR g.amount <> p.credits OR g.lot IS DISTINCT FROM p.lot
        OR a.owner_id <> p.user_id
    ORDER BY p.source
    """,
)

GRANTS = Check(
    "grants",
    "Every grant of bought credits has its payment",
    "SELECT count(*) FROM wallets_transfer WHERE kind = 'grant' AND debit = 'clearing'",
    f"""
    WITH {_GRANTS}
    SELECT format('%%s: %%s credits were granted to account %%s and not paid', g.key, g.amount, g.account) AS line
    FROM granted AS g LEFT JOIN paid AS p ON p.key = g.key WHERE p.key IS NULL ORDER BY g.key
    """,
)

REVERSALS = Check(
    "reversals",
    "Every refund and dispute took from the wallet what it says, and nothing else did",
    "SELECT count(*) FROM wallets_reversal",
    """
    WITH moved AS (
        SELECT substring(key FROM '^(?:refund|dispute):[^:]+') AS stem, sum(CASE
            WHEN kind IN ('take_back', 'owe') THEN amount WHEN kind IN ('give_back', 'forgive') THEN -amount
            ELSE 0 END) AS credits
        FROM wallets_transfer
        -- what comes back has its lot's source as its reason
        WHERE kind IN ('take_back', 'owe', 'give_back', 'forgive')
            AND (reason IN ('refund', 'dispute') OR key ~ '^(refund|dispute):')
        GROUP BY stem
    ), told AS (
        SELECT kind || ':' || stripe_id AS stem, credits FROM wallets_reversal
    )
    SELECT format('%%s: it says %%s credits, the ledger %%s', coalesce(t.stem, m.stem, 'a line without a key'),
        coalesce(t.credits, 0), coalesce(m.credits, 0)) AS line
    FROM told AS t FULL JOIN moved AS m ON m.stem = t.stem
    WHERE coalesce(t.credits, 0) <> coalesce(m.credits, 0) ORDER BY coalesce(t.stem, m.stem)
    """,
)

PARTIAL = Check(
    "proportion",
    "No payment gave back more credits than it brought",
    "SELECT count(DISTINCT payment_id) FROM wallets_reversal",
    """
    SELECT format('%%s: %%s of its %%s credits went back', p.source, sum(r.credits), p.credits) AS line
    FROM wallets_payment AS p JOIN wallets_reversal AS r ON r.payment_id = p.id
    GROUP BY p.id, p.source, p.credits HAVING sum(r.credits) NOT BETWEEN 0 AND p.credits ORDER BY p.source
    """,
)

LATE_EVENTS = Check(
    "late-events",
    "No message of Stripe’s waits for longer than a day",
    "SELECT count(*) FROM wallets_stripeevent WHERE state = 'waiting'",
    """
    SELECT format('%%s: a %%s about %%s waits after %%s attempts', id, type, subject, attempts) AS line
    FROM wallets_stripeevent WHERE state = 'waiting' AND received_at < %(now)s::timestamptz - interval '1 day'
    ORDER BY received_at, id
    """,
)

PAYING = (PAYMENTS, GRANTS, REVERSALS, PARTIAL, LATE_EVENTS)
