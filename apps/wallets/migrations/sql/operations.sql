-- What operators did and what proofs found stays: only who it was may be forgotten, and the words with whom they are about.

CREATE FUNCTION wallets_action_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed text[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT coalesce(array_agg(after.key), '{}') INTO changed FROM jsonb_each(to_jsonb(NEW)) AS after
        WHERE after.value IS DISTINCT FROM to_jsonb(OLD) -> after.key;
        IF changed <@ '{by_id,owner_id}' AND NOT EXISTS (
            SELECT FROM unnest(changed) AS name WHERE to_jsonb(NEW) -> name <> 'null'
        ) THEN
            IF 'owner_id' = ANY (changed) THEN
                NEW.reason := 'Forgotten with the account.';
            END IF;
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% of % is refused: it only grows', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER wallets_action_kept BEFORE UPDATE OR DELETE ON wallets_operatoraction
    FOR EACH ROW EXECUTE FUNCTION wallets_action_kept();
CREATE TRIGGER wallets_proof_kept BEFORE UPDATE OR DELETE ON wallets_proof
    FOR EACH ROW EXECUTE FUNCTION wallets_action_kept();
