-- Put credits aside for something that may still fail: outcome held, not_enough, owes or key_reused.
-- The soonest to expire are taken first, those without an end last. Refusals are answers, too: they are kept.

CREATE FUNCTION wallets_hold(
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
    took boolean;
    line bigint;
BEGIN
    -- the update is the lock; on the common path there is no other
    UPDATE wallets_account AS mine SET held = mine.held + wanted
    WHERE owner_id = who AND mine.owed = 0 AND mine.posted - mine.held >= wanted
    RETURNING * INTO account;
    took := FOUND;
    IF NOT took THEN
        account := wallets_lock(who);
    END IF;

    SELECT * INTO before FROM wallets_answer WHERE key = once;
    IF FOUND THEN
        IF took THEN
            UPDATE wallets_account AS mine SET held = mine.held - wanted WHERE id = account.id;
        END IF;
        IF before.content <> asked THEN
            outcome := 'key_reused';
        ELSE
            outcome := before.outcome; hold := before.hold; needed := before.first; available := before.second;
        END IF;
        RETURN;
    END IF;

    IF took THEN
        -- one lot is usually enough
        UPDATE wallets_lot AS mine SET held = mine.held + wanted
        WHERE id = (
            SELECT id FROM wallets_lot AS next
            WHERE account_id = account.id AND NOT spent AND remaining > next.held
              AND (expires_at IS NULL OR expires_at > moment)
            ORDER BY expires_at, id LIMIT 1
        ) AND remaining - mine.held >= wanted
        RETURNING id INTO line;
        IF FOUND THEN
            taken_lots := ARRAY[line]; taken_amounts := ARRAY[wanted];
        ELSE
            FOR lot IN
                SELECT id, remaining - mine.held AS free FROM wallets_lot AS mine
                WHERE account_id = account.id AND NOT spent AND remaining > mine.held
                  AND (expires_at IS NULL OR expires_at > moment)
                ORDER BY expires_at, id
            LOOP
                part := least(lot.free, rest);
                taken_lots := taken_lots || lot.id; taken_amounts := taken_amounts || part;
                rest := rest - part;
                EXIT WHEN rest = 0;
            END LOOP;
            IF rest = 0 THEN
                UPDATE wallets_lot AS mine SET held = mine.held + taken.amount
                FROM unnest(taken_lots, taken_amounts) AS taken (id, amount) WHERE mine.id = taken.id;
            ELSE
                -- part of what is posted has expired and waits to be swept
                UPDATE wallets_account AS mine SET held = mine.held - wanted WHERE id = account.id;
                took := false;
            END IF;
        END IF;
    END IF;

    IF NOT took THEN
        IF account.owed > 0 THEN
            outcome := 'owes'; needed := account.owed;
        ELSE
            outcome := 'not_enough'; needed := wanted;
            SELECT coalesce(sum(remaining - mine.held), 0) INTO available FROM wallets_lot AS mine
            WHERE account_id = account.id AND NOT spent AND (expires_at IS NULL OR expires_at > moment);
        END IF;
        INSERT INTO wallets_answer (key, content, outcome, first, second)
        VALUES (once, asked, wallets_hold.outcome, needed, wallets_hold.available);
        RETURN;
    END IF;

    outcome := 'held'; hold := new_hold;
    INSERT INTO wallets_answer (key, content, outcome, hold) VALUES (once, asked, 'held', new_hold);
    INSERT INTO wallets_transfer (account_id, kind, debit, credit, amount, released, lots, amounts, hold, reason,
        reference_kind, reference_id, key, available, at, expires_at)
    VALUES (account.id, 'hold', 'credits', 'revenue', wanted, 0, taken_lots, taken_amounts, new_hold, '',
        about, about_id, once, account.posted - account.held, moment, until)
    RETURNING id INTO line;
    INSERT INTO wallets_openhold (hold, account_id, reference_kind, reference_id, at, expires_at)
    VALUES (new_hold, account.id, about, about_id, moment, until);
    IF words <> '' THEN
        INSERT INTO wallets_memo (transfer_id, text) VALUES (line, words);
    END IF;
END $$;
