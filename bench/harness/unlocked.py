"""The ledger's hold without its lock: what it prevents, for benches and tests that want to see it happen."""

from __future__ import annotations

from pathlib import Path

import apps.wallets.migrations

_LOCK = " FOR UPDATE;\n    IF NOT FOUND THEN\n        account := wallets_lock(who);"
_READ_THEN_WRITE = (
    ("SELECT kept.id, kept.available AS free", "SELECT kept.id, kept.held, kept.available AS free"),
    (
        "taken_lots := taken_lots || lot.id;",
        "taken_lots := taken_lots || lot.id; seen := seen || lot.held; left_over := left_over || lot.free;",
    ),
    ("available = kept.available - taken_amounts", "available = left_over[number] - taken_amounts"),
    ("held = kept.held + taken_amounts", "held = seen[number] + taken_amounts"),
    ("available = kept.available - wanted", "available = account.available - wanted"),
    ("held = kept.held + wanted", "held = account.held + wanted"),
    ("    line bigint;\n", "    line bigint;\n    seen bigint[] := '{}';\n    left_over bigint[] := '{}';\n"),
)


def unlocked_hold(name: str, *, constrained: bool, pause: float = 0.0) -> str:
    """The shipped function as `name`, without its lock; it waits `pause` seconds between reading and writing.

    As shipped the types of the balances would still refuse to overspend (`constrained`). Otherwise it writes the
    sums that it worked out from what it read, as programs without a lock do.
    """
    text = (Path(apps.wallets.migrations.__file__).parent / "sql" / "hold.sql").read_text()
    text = _replaced(text, "CREATE OR REPLACE FUNCTION wallets_hold(", f"CREATE OR REPLACE FUNCTION {name}(")
    text = text.replace("wallets_hold.", f"{name}.")
    text = _replaced(text, _LOCK, _LOCK.replace(" FOR UPDATE", ""))
    before_writing = "    FOR number IN 1 .. cardinality(taken_lots) LOOP\n"
    text = _replaced(text, before_writing, f"    PERFORM pg_sleep({pause});\n{before_writing}")
    if not constrained:
        for old, new in _READ_THEN_WRITE:
            text = _replaced(text, old, new)
    return text


def _replaced(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise ValueError(f"the hold function has changed: {old!r} is there {text.count(old)} times")
    return text.replace(old, new)
