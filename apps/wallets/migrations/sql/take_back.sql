-- Take credits back: from `first_lot` before the others, never what is held; what is missing is owed.
-- Outcome taken with how many were taken and owed, or key_reused.

CREATE OR REPLACE FUNCTION wallets_take_back(
    who uuid, wanted bigint, once text, words text, why text, first_lot bigint, moment timestamptz,
    OUT outcome text, OUT taken bigint, OUT owes bigint
) LANGUAGE plpgsql AS $$
DECLARE
    asked bytea := wallets_content('take_back', who::text, wanted::text, why, first_lot::text);
    account wallets_account := wallets_lock(who);
    before wallets_answer;
    other_side text := CASE why WHEN 'clawback' THEN 'issued' ELSE 'clearing' END;
    got record;
BEGIN
    SELECT * INTO before FROM wallets_answer WHERE key = once;
    IF FOUND THEN
        outcome := CASE WHEN before.content = asked THEN before.outcome ELSE 'key_reused' END;
        taken := before.first; owes := before.second;
        RETURN;
    END IF;
    SELECT * INTO got FROM wallets_draw(account.id, wanted, first_lot, moment);
    outcome := 'taken'; taken := got.drawn; owes := wanted - got.drawn;
    UPDATE wallets_account SET available = available - taken, owed = owed + owes WHERE id = account.id RETURNING * INTO account;
    IF taken > 0 THEN
        PERFORM wallets_post(account.id, 'take_back', 'credits', other_side, taken, got.lots, got.amounts, why,
            '', NULL, once, words, account.available, moment);
    END IF;
    IF owes > 0 THEN
        PERFORM wallets_post(account.id, 'owe', 'debt', other_side, owes, '{}', '{}', why,
            '', NULL, once, words, account.available, moment);
    END IF;
    INSERT INTO wallets_answer (key, content, outcome, first, second) VALUES (once, asked, 'taken', taken, owes);
END $$;

-- The opposite: debt is forgiven first, the rest comes as a lot like `like_lot`, or one without an end.
-- Outcome given with how many came back and how many were forgiven, or key_reused.
CREATE OR REPLACE FUNCTION wallets_give_back(
    who uuid, wanted bigint, once text, words text, why text, like_lot bigint, moment timestamptz, grace interval,
    OUT outcome text, OUT given bigint, OUT forgiven bigint
) LANGUAGE plpgsql AS $$
DECLARE
    asked bytea := wallets_content('give_back', who::text, wanted::text, why, like_lot::text);
    account wallets_account := wallets_lock(who);
    before wallets_answer;
    other_side text := CASE why WHEN 'clawback' THEN 'issued' ELSE 'clearing' END;
    model wallets_lot;
BEGIN
    SELECT * INTO before FROM wallets_answer WHERE key = once;
    IF FOUND THEN
        outcome := CASE WHEN before.content = asked THEN before.outcome ELSE 'key_reused' END;
        given := before.first; forgiven := before.second;
        RETURN;
    END IF;
    outcome := 'given'; forgiven := least(account.owed, wanted); given := wanted - forgiven;
    IF forgiven > 0 THEN
        UPDATE wallets_account SET owed = owed - forgiven WHERE id = account.id;
        PERFORM wallets_post(account.id, 'forgive', other_side, 'debt', forgiven, '{}', '{}', why,
            '', NULL, once, words, account.available, moment);
    END IF;
    IF given > 0 THEN
        SELECT * INTO model FROM wallets_lot WHERE id = like_lot AND account_id = account.id;
        PERFORM wallets_add_lot(
            account.id, 'give_back', other_side, given, coalesce(model.source, 'pack'),
            CASE WHEN model.expires_at <= moment THEN moment + grace ELSE model.expires_at END,
            '', NULL, once, words, moment
        );
    END IF;
    INSERT INTO wallets_answer (key, content, outcome, first, second) VALUES (once, asked, 'given', given, forgiven);
END $$;
