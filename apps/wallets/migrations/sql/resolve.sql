-- Bring a hold to its end: `how` is capture (of `wanted`, or all), release or hold_expire. The outcome is done, or
-- resolved with the kind of the row that did it, unknown, or more_than_held with what is held.
-- What comes back after its lot expired becomes a lot of its own that lasts for `grace`.

CREATE FUNCTION wallets_resolve(
    which uuid, how text, wanted bigint, words text, moment timestamptz, grace interval,
    OUT outcome text, OUT ended text, OUT limit_amount bigint
) LANGUAGE plpgsql AS $$
DECLARE
    was wallets_transfer;
    other wallets_transfer;
    account wallets_account;
    late boolean;
    asked_kind text;
    asked_amount bigint;
    captured bigint;
    part bigint;
    back bigint;
    until timestamptz;
    captured_lots bigint[] := '{}';
    captured_amounts bigint[] := '{}';
    gone_lots bigint[] := '{}';
    gone_amounts bigint[] := '{}';
    gone bigint := 0;
    rest bigint;
    line bigint;
BEGIN
    SELECT * INTO was FROM wallets_transfer WHERE hold = which AND kind = 'hold';
    IF NOT FOUND THEN
        outcome := 'unknown';
        RETURN;
    END IF;
    captured := CASE how WHEN 'capture' THEN coalesce(wanted, was.amount) ELSE 0 END;
    IF captured > was.amount THEN
        outcome := 'more_than_held'; limit_amount := was.amount;
        RETURN;
    END IF;

    asked_kind := how; asked_amount := captured;
    late := how = 'capture' AND was.expires_at <= moment;
    IF late THEN
        -- whether or not the sweeper has come by
        how := 'hold_expire'; captured := 0;
    END IF;

    -- the update is the lock; whether the hold is still open is only known behind it
    UPDATE wallets_account AS mine SET posted = mine.posted - captured, held = mine.held - was.amount
    WHERE id = was.account_id AND mine.held >= was.amount
    RETURNING * INTO account;
    IF FOUND THEN
        DELETE FROM wallets_openhold WHERE hold = which;
        IF NOT FOUND THEN
            UPDATE wallets_account AS mine SET posted = mine.posted + captured, held = mine.held + was.amount
            WHERE id = was.account_id;
            account := NULL;
        END IF;
    ELSE
        PERFORM FROM wallets_account WHERE id = was.account_id FOR UPDATE;
    END IF;
    IF account.id IS NULL THEN
        SELECT * INTO STRICT other FROM wallets_transfer
        WHERE hold = which AND kind IN ('capture', 'release', 'hold_expire');
        ended := other.kind;
        outcome := CASE
            WHEN other.kind = 'capture' AND asked_kind = 'capture' AND other.amount = asked_amount THEN 'done'
            WHEN other.kind <> 'capture' AND asked_kind <> 'capture' THEN 'done'
            ELSE 'resolved'
        END;
        RETURN;
    END IF;

    rest := captured;
    FOR number IN 1 .. cardinality(was.lots) LOOP
        part := least(was.amounts[number], rest);
        back := was.amounts[number] - part;
        rest := rest - part;
        UPDATE wallets_lot AS mine SET
            held = mine.held - part - back,
            remaining = remaining - part - CASE WHEN expires_at <= moment THEN back ELSE 0 END,
            spent = (remaining = part + CASE WHEN expires_at <= moment THEN back ELSE 0 END)
        WHERE id = was.lots[number]
        RETURNING expires_at INTO until;
        IF part > 0 THEN
            captured_lots := captured_lots || was.lots[number]; captured_amounts := captured_amounts || part;
        END IF;
        IF back > 0 AND until <= moment THEN
            gone_lots := gone_lots || was.lots[number]; gone_amounts := gone_amounts || back; gone := gone + back;
        END IF;
    END LOOP;

    INSERT INTO wallets_transfer (account_id, kind, debit, credit, amount, released, lots, amounts, hold, reason,
        reference_kind, reference_id, key, available, at)
    VALUES (was.account_id, how, 'credits', 'revenue',
        CASE how WHEN 'capture' THEN captured ELSE was.amount END,
        CASE how WHEN 'capture' THEN was.amount - captured ELSE 0 END,
        CASE how WHEN 'capture' THEN captured_lots ELSE was.lots END,
        CASE how WHEN 'capture' THEN captured_amounts ELSE was.amounts END,
        which, '', was.reference_kind, was.reference_id, '', account.posted - account.held, moment)
    RETURNING id INTO line;
    IF words <> '' THEN
        INSERT INTO wallets_memo (transfer_id, text) VALUES (line, words);
    END IF;

    IF gone > 0 THEN
        UPDATE wallets_account AS mine SET posted = mine.posted - gone WHERE id = was.account_id RETURNING * INTO account;
        PERFORM wallets_post(was.account_id, 'expire', 'credits', 'expired', gone, gone_lots, gone_amounts, '',
            was.reference_kind, was.reference_id, '', '', account.posted - account.held, moment);
        PERFORM wallets_add_lot(was.account_id, 'grant', 'expired', gone, 'grace', moment + grace,
            was.reference_kind, was.reference_id, '', '', moment);
    END IF;
    IF account.owed > 0 THEN
        PERFORM wallets_settle(was.account_id, NULL, moment);
    END IF;
    ended := how; outcome := CASE WHEN late THEN 'resolved' ELSE 'done' END;
END $$;

-- Expire up to `most` holds whose life is over; the number of them. Accounts are locked in the order of their ids.
CREATE FUNCTION wallets_expire_holds(moment timestamptz, most integer, grace interval) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    late uuid;
    done integer := 0;
BEGIN
    FOR late IN
        SELECT hold FROM (
            SELECT hold, account_id FROM wallets_openhold WHERE expires_at <= moment ORDER BY expires_at LIMIT most
        ) AS overdue ORDER BY account_id
    LOOP
        PERFORM wallets_resolve(late, 'hold_expire', NULL, '', moment, grace);
        done := done + 1;
    END LOOP;
    RETURN done;
END $$;
