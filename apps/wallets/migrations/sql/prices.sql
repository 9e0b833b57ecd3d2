-- What was said about prices stays said: only who said it may be forgotten, and a pack may be taken off the shelf, once.

CREATE FUNCTION wallets_price_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed text[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT coalesce(array_agg(after.key), '{}') INTO changed
        FROM jsonb_each(to_jsonb(NEW)) AS after
        WHERE after.value IS DISTINCT FROM to_jsonb(OLD) -> after.key;
        IF (changed <@ '{by_id}' AND to_jsonb(NEW) -> 'by_id' = 'null')
            OR (changed <@ '{retired_at}' AND to_jsonb(OLD) -> 'retired_at' = 'null')
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'prices are only ever added to' USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER wallets_price_kept BEFORE UPDATE OR DELETE ON wallets_price
    FOR EACH ROW EXECUTE FUNCTION wallets_price_kept();
CREATE TRIGGER wallets_pack_kept BEFORE UPDATE OR DELETE ON wallets_pack
    FOR EACH ROW EXECUTE FUNCTION wallets_price_kept();
CREATE TRIGGER wallets_planterms_kept BEFORE UPDATE OR DELETE ON wallets_planterms
    FOR EACH ROW EXECUTE FUNCTION wallets_price_kept();
