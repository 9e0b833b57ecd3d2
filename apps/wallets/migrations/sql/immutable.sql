-- The journal only grows. Balances may change, what a lot is may not, and no row of an account may go.

CREATE FUNCTION wallets_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: the ledger only grows', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER wallets_transfer_immutable BEFORE UPDATE OR DELETE ON wallets_transfer EXECUTE FUNCTION wallets_refuse();
CREATE TRIGGER wallets_answer_immutable BEFORE UPDATE OR DELETE ON wallets_answer EXECUTE FUNCTION wallets_refuse();
CREATE TRIGGER wallets_memo_immutable BEFORE UPDATE ON wallets_memo EXECUTE FUNCTION wallets_refuse();
CREATE TRIGGER wallets_account_kept BEFORE DELETE ON wallets_account EXECUTE FUNCTION wallets_refuse();
CREATE TRIGGER wallets_lot_kept
    BEFORE DELETE OR UPDATE OF id, account_id, source, amount, granted_at, expires_at ON wallets_lot
    EXECUTE FUNCTION wallets_refuse();

CREATE TRIGGER wallets_transfer_whole BEFORE TRUNCATE ON wallets_transfer EXECUTE FUNCTION wallets_refuse();
CREATE TRIGGER wallets_answer_whole BEFORE TRUNCATE ON wallets_answer EXECUTE FUNCTION wallets_refuse();
CREATE TRIGGER wallets_account_whole BEFORE TRUNCATE ON wallets_account EXECUTE FUNCTION wallets_refuse();
CREATE TRIGGER wallets_lot_whole BEFORE TRUNCATE ON wallets_lot EXECUTE FUNCTION wallets_refuse();

-- who goes leaves the amounts and takes the words along, however the user was deleted
CREATE FUNCTION wallets_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE wallets_lot SET memo = '' WHERE account_id = NEW.id;
    DELETE FROM wallets_memo USING wallets_transfer AS line
    WHERE line.id = transfer_id AND line.account_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER wallets_account_forgotten AFTER UPDATE OF owner_id ON wallets_account
    FOR EACH ROW WHEN (NEW.owner_id IS NULL) EXECUTE FUNCTION wallets_forget();

-- balances are rewritten in place: room on each page keeps that cheap
ALTER TABLE wallets_account SET (fillfactor = 60);
ALTER TABLE wallets_lot SET (fillfactor = 60);
