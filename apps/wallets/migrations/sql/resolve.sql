-- Bring a hold to its end: `how` is capture (of `wanted`, or all), release or hold_expire. The outcome is done;
-- resolved, with the kind of the row that did it otherwise; unknown; or more_than_held, with what is held.
-- What comes back after its lot expired becomes a lot of its own that lasts for `grace`.

CREATE OR REPLACE FUNCTION wallets_resolve(
    which uuid, how text, wanted bigint, words text, moment timestamptz, grace interval,
    OUT outcome text, OUT ended text, OUT most bigint
)
-- open holds are few and change all the time: a plan made when there are none would read every dead row for ever
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    was wallets_transfer;
    account wallets_account;
    captured bigint := 0;
    ended_amount bigint;
    late boolean;
    rest bigint;
    part bigint;
    back bigint;
    over boolean;
    captured_lots bigint[] := '{}';
    captured_amounts bigint[] := '{}';
    gone_lots bigint[] := '{}';
    gone_amounts bigint[] := '{}';
    gone bigint := 0;
    line bigint;
BEGIN
    -- a hold never changes: it can be read before the lock
    SELECT * INTO was FROM wallets_transfer WHERE hold = which AND kind = 'hold';
    IF NOT FOUND THEN
        outcome := 'unknown';
        RETURN;
    END IF;
    IF how = 'capture' THEN
        captured := coalesce(wanted, was.amount);
        IF captured > was.amount THEN
            outcome := 'more_than_held'; most := was.amount;
            RETURN;
        END IF;
    END IF;

    PERFORM FROM wallets_account WHERE id = was.account_id FOR UPDATE;
    DELETE FROM wallets_openhold WHERE hold = which;
    IF NOT FOUND THEN
        SELECT kind, amount INTO STRICT ended, ended_amount FROM wallets_transfer
        WHERE hold = which AND kind IN ('capture', 'release', 'hold_expire');
        outcome := CASE
            WHEN how = 'capture' AND ended = 'capture' AND ended_amount = captured THEN 'done'
            WHEN how <> 'capture' AND ended <> 'capture' THEN 'done'
            ELSE 'resolved'
        END;
        RETURN;
    END IF;

    late := how = 'capture' AND was.expires_at <= moment;
    IF late THEN
        -- whether or not the sweeper has come by
        how := 'hold_expire'; captured := 0;
    END IF;

    rest := captured;
    FOR number IN 1 .. cardinality(was.lots) LOOP
        part := least(was.amounts[number], rest);
        back := was.amounts[number] - part;
        rest := rest - part;
        UPDATE wallets_lot SET
            available = available + CASE WHEN expires_at <= moment THEN 0 ELSE back END,
            held = held - part - back,
            spent = (held = part + back AND available + CASE WHEN expires_at <= moment THEN 0 ELSE back END = 0)
        WHERE id = was.lots[number]
        RETURNING expires_at <= moment INTO over;
        IF part > 0 THEN
            captured_lots := captured_lots || was.lots[number]; captured_amounts := captured_amounts || part;
        END IF;
        IF back > 0 AND over THEN
            gone_lots := gone_lots || was.lots[number]; gone_amounts := gone_amounts || back; gone := gone + back;
        END IF;
    END LOOP;
    UPDATE wallets_account SET available = available + was.amount - captured, held = held - was.amount
    WHERE id = was.account_id RETURNING * INTO account;

    IF how = 'capture' THEN
        INSERT INTO wallets_transfer (account_id, kind, debit, credit, amount, released, lots, amounts, hold, reason,
            reference_kind, reference_id, key, available, at)
        VALUES (was.account_id, how, 'credits', 'revenue', captured, was.amount - captured, captured_lots, captured_amounts,
            which, '', was.reference_kind, was.reference_id, '', account.available, moment)
        RETURNING id INTO line;
    ELSE
        INSERT INTO wallets_transfer (account_id, kind, debit, credit, amount, released, lots, amounts, hold, reason,
            reference_kind, reference_id, key, available, at)
        VALUES (was.account_id, how, 'credits', 'revenue', was.amount, 0, was.lots, was.amounts,
            which, '', was.reference_kind, was.reference_id, '', account.available, moment)
        RETURNING id INTO line;
    END IF;
    IF words <> '' THEN
        INSERT INTO wallets_memo (transfer_id, text) VALUES (line, words);
    END IF;

    IF gone > 0 THEN
        UPDATE wallets_account SET available = available - gone WHERE id = was.account_id RETURNING * INTO account;
        PERFORM wallets_post(was.account_id, 'expire', 'credits', 'expired', gone, gone_lots, gone_amounts, '',
            was.reference_kind, was.reference_id, '', '', account.available, moment);
        PERFORM wallets_add_lot(was.account_id, 'grant', 'expired', gone, 'grace', moment + grace,
            was.reference_kind, was.reference_id, '', '', moment);
    END IF;
    IF account.owed > 0 THEN
        PERFORM wallets_settle(was.account_id, NULL, moment);
    END IF;
    ended := how; outcome := CASE WHEN late THEN 'resolved' ELSE 'done' END;
END $$;

-- Expire up to `most` holds whose life is over; the number of them. Accounts are locked in the order of their ids.
CREATE OR REPLACE FUNCTION wallets_expire_holds(moment timestamptz, most integer, grace interval) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    late uuid;
    done integer := 0;
BEGIN
    FOR late IN
        SELECT hold FROM (
            SELECT * FROM wallets_openhold WHERE expires_at <= moment ORDER BY expires_at LIMIT most
        ) AS overdue ORDER BY account_id, expires_at, hold
    LOOP
        PERFORM wallets_resolve(late, 'hold_expire', NULL, '', moment, grace);
        done := done + 1;
    END LOOP;
    RETURN done;
END $$;
