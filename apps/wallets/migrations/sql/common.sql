-- What the ledger's functions share. Whoever calls these has locked the account, but for wallets_lock itself.

-- The account's row, made when it is missing, and locked. Every change of a wallet begins with this lock, or with an
-- update of the same row; lots and open holds are only touched behind it.
CREATE OR REPLACE FUNCTION wallets_lock(who uuid) RETURNS wallets_account LANGUAGE plpgsql AS $$
DECLARE
    account wallets_account;
BEGIN
    SELECT * INTO account FROM wallets_account WHERE owner_id = who FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO wallets_account (owner_id, available, held, owed) VALUES (who, 0, 0, 0) ON CONFLICT DO NOTHING;
        SELECT * INTO STRICT account FROM wallets_account WHERE owner_id = who FOR UPDATE;
    END IF;
    RETURN account;
END $$;

CREATE OR REPLACE FUNCTION wallets_content(VARIADIC parts text[]) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(convert_to(to_json(parts)::text, 'UTF8'))
$$;

-- One line of the journal, with its words.
CREATE OR REPLACE FUNCTION wallets_post(
    whose bigint, what text, from_account text, to_account text, how_many bigint, which_lots bigint[], of_each bigint[],
    why text, about text, about_id uuid, once text, words text, left_over bigint, moment timestamptz
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    line bigint;
BEGIN
    INSERT INTO wallets_transfer (account_id, kind, debit, credit, amount, released, lots, amounts, reason,
        reference_kind, reference_id, key, available, at)
    VALUES (whose, what, from_account, to_account, how_many, 0, which_lots, of_each, why,
        about, about_id, once, left_over, moment)
    RETURNING id INTO line;
    IF words <> '' THEN
        INSERT INTO wallets_memo (transfer_id, text) VALUES (line, words);
    END IF;
    RETURN line;
END $$;

-- Take up to `wanted` credits that are not held out of an account's lots: `first_lot` before the others, then the
-- soonest to expire, those without an end last. The caller posts it.
CREATE OR REPLACE FUNCTION wallets_draw(
    whose bigint, wanted bigint, first_lot bigint, moment timestamptz,
    OUT drawn bigint, OUT lots bigint[], OUT amounts bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
    lot record;
    part bigint;
BEGIN
    drawn := 0; lots := '{}'; amounts := '{}';
    FOR lot IN
        SELECT id, available FROM wallets_lot
        WHERE account_id = whose AND NOT spent AND available > 0
          AND (id = first_lot OR expires_at IS NULL OR expires_at > moment)
        ORDER BY id IS NOT DISTINCT FROM first_lot DESC, expires_at, id
    LOOP
        EXIT WHEN drawn = wanted;
        part := least(lot.available, wanted - drawn);
        UPDATE wallets_lot SET available = available - part, spent = (available = part AND held = 0) WHERE id = lot.id;
        drawn := drawn + part; lots := lots || lot.id; amounts := amounts || part;
    END LOOP;
END $$;

-- Pay what is owed out of what is available.
CREATE OR REPLACE FUNCTION wallets_settle(whose bigint, first_lot bigint, moment timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    account wallets_account;
    paid record;
BEGIN
    SELECT * INTO account FROM wallets_account WHERE id = whose;
    IF account.owed = 0 THEN
        RETURN 0;
    END IF;
    SELECT * INTO paid FROM wallets_draw(whose, account.owed, first_lot, moment);
    IF paid.drawn > 0 THEN
        UPDATE wallets_account SET available = available - paid.drawn, owed = owed - paid.drawn WHERE id = whose
        RETURNING * INTO account;
        PERFORM wallets_post(whose, 'repay', 'credits', 'debt', paid.drawn, paid.lots, paid.amounts, '', '', NULL, '', '',
            account.available, moment);
    END IF;
    RETURN paid.drawn;
END $$;

-- Credits as a new lot.
CREATE OR REPLACE FUNCTION wallets_add_lot(
    whose bigint, what text, from_account text, how_many bigint, where_from text, until timestamptz,
    about text, about_id uuid, once text, words text, moment timestamptz
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    lot bigint;
    left_over bigint;
BEGIN
    INSERT INTO wallets_lot (account_id, source, amount, available, held, spent, granted_at, expires_at, memo)
    VALUES (whose, where_from, how_many, how_many, 0, false, moment, until, words) RETURNING id INTO lot;
    UPDATE wallets_account SET available = available + how_many WHERE id = whose RETURNING available INTO left_over;
    PERFORM wallets_post(whose, what, from_account, 'credits', how_many, ARRAY[lot], ARRAY[how_many], where_from,
        about, about_id, once, words, left_over, moment);
    RETURN lot;
END $$;
