-- Give credits as a lot of their own; debt is paid out of them first. Outcome granted with the lot, or key_reused.

CREATE OR REPLACE FUNCTION wallets_grant(
    who uuid, how_many bigint, where_from text, once text, words text, until timestamptz, about text, about_id uuid,
    moment timestamptz, OUT outcome text, OUT lot bigint
) LANGUAGE plpgsql AS $$
DECLARE
    asked bytea := wallets_content(
        'grant', who::text, how_many::text, where_from, extract(epoch FROM until)::text, about, about_id::text
    );
    account wallets_account := wallets_lock(who);
    before wallets_answer;
BEGIN
    SELECT * INTO before FROM wallets_answer WHERE key = once;
    IF FOUND THEN
        outcome := CASE WHEN before.content = asked THEN before.outcome ELSE 'key_reused' END;
        lot := before.first;
        RETURN;
    END IF;
    lot := wallets_add_lot(
        account.id, 'grant',
        CASE WHEN where_from IN ('pack', 'subscription') THEN 'clearing' WHEN where_from = 'grace' THEN 'expired' ELSE 'issued' END,
        how_many, where_from, until, about, about_id, once, words, moment
    );
    PERFORM wallets_settle(account.id, lot, moment);
    outcome := 'granted';
    INSERT INTO wallets_answer (key, content, outcome, first) VALUES (once, asked, 'granted', lot);
END $$;

-- Let what is not held of up to `most` expired lots expire; the number of lots. Accounts are locked in the order of
-- their ids.
CREATE OR REPLACE FUNCTION wallets_expire_lots(moment timestamptz, most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    whose bigint;
    expired record;
    left_over bigint;
    done integer := 0;
BEGIN
    FOR whose IN
        SELECT DISTINCT account_id FROM (
            SELECT account_id FROM wallets_lot
            WHERE NOT spent AND expires_at <= moment AND available > 0 ORDER BY expires_at LIMIT most
        ) AS due ORDER BY account_id
    LOOP
        PERFORM FROM wallets_account WHERE id = whose FOR UPDATE;
        WITH swept AS (
            UPDATE wallets_lot SET available = 0, spent = (held = 0)
            WHERE account_id = whose AND NOT spent AND expires_at <= moment AND available > 0
            RETURNING new.id, old.available AS amount
        )
        SELECT sum(amount)::bigint AS total, array_agg(id ORDER BY id) AS lots, array_agg(amount ORDER BY id) AS amounts
        INTO expired FROM swept;
        CONTINUE WHEN expired.total IS NULL;
        UPDATE wallets_account SET available = available - expired.total WHERE id = whose
        RETURNING available INTO left_over;
        PERFORM wallets_post(whose, 'expire', 'credits', 'expired', expired.total, expired.lots, expired.amounts, '',
            '', NULL, '', '', left_over, moment);
        done := done + cardinality(expired.lots);
    END LOOP;
    RETURN done;
END $$;
