-- Put credits aside for something that may still fail: outcome held, not_enough, owes or key_reused.
-- The soonest to expire are taken first, those without an end last. Refusals are answers, too: they are kept.

CREATE OR REPLACE FUNCTION wallets_hold(
    who uuid, new_hold uuid, wanted bigint, once text, about text, about_id uuid, words text,
    moment timestamptz, until timestamptz,
    OUT outcome text, OUT hold uuid, OUT needed bigint, OUT available bigint
) LANGUAGE plpgsql AS $$
DECLARE
    asked bytea := wallets_content('hold', who::text, wanted::text, about, about_id::text);
    account wallets_account;
    before wallets_answer;
    lot record;
    part bigint;
    rest bigint := wanted;
    taken_lots bigint[] := '{}';
    taken_amounts bigint[] := '{}';
    line bigint;
BEGIN
    SELECT * INTO account FROM wallets_account WHERE owner_id = who FOR UPDATE;
    IF NOT FOUND THEN
        account := wallets_lock(who);
    END IF;

    SELECT * INTO before FROM wallets_answer WHERE key = once;
    IF FOUND THEN
        IF before.content <> asked THEN
            outcome := 'key_reused';
        ELSE
            outcome := before.outcome; hold := before.hold; needed := before.first; available := before.second;
        END IF;
        RETURN;
    END IF;

    IF account.owed > 0 THEN
        outcome := 'owes'; needed := account.owed;
        INSERT INTO wallets_answer (key, content, outcome, first) VALUES (once, asked, wallets_hold.outcome, needed);
        RETURN;
    END IF;

    FOR lot IN
        SELECT kept.id, kept.available AS free FROM wallets_lot AS kept
        WHERE account_id = account.id AND NOT spent AND kept.available > 0 AND (expires_at IS NULL OR expires_at > moment)
        ORDER BY expires_at, id
    LOOP
        part := least(lot.free, rest);
        taken_lots := taken_lots || lot.id; taken_amounts := taken_amounts || part; rest := rest - part;
        EXIT WHEN rest = 0;
    END LOOP;
    IF rest > 0 THEN
        outcome := 'not_enough'; needed := wanted; available := wanted - rest;
        INSERT INTO wallets_answer (key, content, outcome, first, second)
        VALUES (once, asked, wallets_hold.outcome, needed, wallets_hold.available);
        RETURN;
    END IF;

    FOR number IN 1 .. cardinality(taken_lots) LOOP
        UPDATE wallets_lot AS kept SET available = kept.available - taken_amounts[number], held = kept.held + taken_amounts[number]
        WHERE kept.id = taken_lots[number];
    END LOOP;
    UPDATE wallets_account AS kept SET available = kept.available - wanted, held = kept.held + wanted WHERE kept.id = account.id
    RETURNING * INTO account;

    outcome := 'held'; hold := new_hold;
    INSERT INTO wallets_answer (key, content, outcome, hold) VALUES (once, asked, 'held', new_hold);
    INSERT INTO wallets_transfer (account_id, kind, debit, credit, amount, released, lots, amounts, hold, reason,
        reference_kind, reference_id, key, available, at, expires_at)
    VALUES (account.id, 'hold', 'credits', 'revenue', wanted, 0, taken_lots, taken_amounts, new_hold, '',
        about, about_id, once, account.available, moment, until)
    RETURNING id INTO line;
    INSERT INTO wallets_openhold (hold, account_id, reference_kind, reference_id, at, expires_at)
    VALUES (new_hold, account.id, about, about_id, moment, until);
    IF words <> '' THEN
        INSERT INTO wallets_memo (transfer_id, text) VALUES (line, words);
    END IF;
END $$;
