-- Keeps allowances, lanes and engine limits equal to a recount of the jobs, whatever path changes a job.
-- Lock order everywhere: job, its owner's allowance (which guards the owner's lanes), engine last.

CREATE FUNCTION jobs_count_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO jobs_allowance (owner_id, running, parallel)
    VALUES (NEW.owner_id, 0, NEW.parallel)
    ON CONFLICT (owner_id) DO UPDATE SET parallel = EXCLUDED.parallel
        WHERE jobs_allowance.parallel <> EXCLUDED.parallel;

    UPDATE jobs_lane SET parallel = NEW.parallel WHERE owner_id = NEW.owner_id AND parallel <> NEW.parallel;

    -- a later statement than the upsert, so it sees what others committed while that waited
    INSERT INTO jobs_lane (owner_id, capability, engine, paid, queued, head_at, running, parallel)
    SELECT owner_id, NEW.capability, NEW.engine, NEW.paid, 1, NEW.queued_at, running, parallel
    FROM jobs_allowance WHERE owner_id = NEW.owner_id
    ON CONFLICT (owner_id, capability, engine, paid) DO UPDATE
        SET queued = jobs_lane.queued + 1, head_at = LEAST(jobs_lane.head_at, EXCLUDED.head_at);

    IF NOT EXISTS (SELECT FROM jobs_enginelimit WHERE capability = NEW.capability AND engine = NEW.engine) THEN
        INSERT INTO jobs_enginelimit (capability, engine, running, claimed, reason)
        VALUES (NEW.capability, NEW.engine, 0, 0, '')
        ON CONFLICT (capability, engine) DO NOTHING;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION jobs_count_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    queued_now integer := 0;
    running_now integer := 0;
    queued_change integer;
    running_change integer;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        queued_now := (NEW.status = 'queued')::integer;
        running_now := (NEW.status = 'running')::integer;
    END IF;
    queued_change := queued_now - (OLD.status = 'queued')::integer;
    running_change := running_now - (OLD.status = 'running')::integer;

    PERFORM FROM jobs_allowance WHERE owner_id = OLD.owner_id FOR UPDATE;

    IF running_change <> 0 THEN
        UPDATE jobs_allowance SET running = running + running_change WHERE owner_id = OLD.owner_id;
        UPDATE jobs_lane SET running = running + running_change
        WHERE owner_id = OLD.owner_id
          AND NOT (capability = OLD.capability AND engine = OLD.engine AND paid = OLD.paid);
    END IF;

    UPDATE jobs_lane SET
        running = running + running_change,
        queued = queued + queued_change,
        head_at = (
            SELECT queued_at FROM jobs_job
            WHERE owner_id = OLD.owner_id AND capability = OLD.capability AND engine = OLD.engine AND paid = OLD.paid
              AND status = 'queued' AND due_at IS NULL
            ORDER BY queued_at, id LIMIT 1
        )
    WHERE owner_id = OLD.owner_id AND capability = OLD.capability AND engine = OLD.engine AND paid = OLD.paid;

    IF running_change <> 0 THEN
        UPDATE jobs_enginelimit
        SET running = running + running_change, claimed = claimed + GREATEST(running_change, 0)
        WHERE capability = OLD.capability AND engine = OLD.engine;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION jobs_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER jobs_job_starts_queued BEFORE INSERT ON jobs_job
    FOR EACH ROW WHEN (NEW.status <> 'queued' OR NEW.due_at IS NOT NULL)
    EXECUTE FUNCTION jobs_refuse('a job starts queued and due');

CREATE TRIGGER jobs_job_keeps_its_lane BEFORE UPDATE OF owner_id, capability, engine, paid, queued_at ON jobs_job
    FOR EACH ROW WHEN (
        (OLD.owner_id, OLD.capability, OLD.engine, OLD.paid, OLD.queued_at)
        IS DISTINCT FROM (NEW.owner_id, NEW.capability, NEW.engine, NEW.paid, NEW.queued_at)
    )
    EXECUTE FUNCTION jobs_refuse('a job keeps its owner, capability, engine, class and place');

CREATE TRIGGER jobs_job_ends_once BEFORE UPDATE OF status ON jobs_job
    FOR EACH ROW WHEN (OLD.status IN ('succeeded', 'failed', 'cancelled') AND NEW.status <> OLD.status)
    EXECUTE FUNCTION jobs_refuse('a job that ended stays as it is');

CREATE TRIGGER jobs_job_count_insert AFTER INSERT ON jobs_job
    FOR EACH ROW EXECUTE FUNCTION jobs_count_insert();

CREATE TRIGGER jobs_job_count_update AFTER UPDATE OF status, due_at ON jobs_job
    FOR EACH ROW WHEN (
        OLD.status <> NEW.status OR (OLD.status = 'queued' AND OLD.due_at IS DISTINCT FROM NEW.due_at)
    )
    EXECUTE FUNCTION jobs_count_change();

CREATE TRIGGER jobs_job_count_delete AFTER DELETE ON jobs_job
    FOR EACH ROW WHEN (OLD.status IN ('queued', 'running'))
    EXECUTE FUNCTION jobs_count_change();

-- hot, small rows: keep room for updates in place and clean up early
ALTER TABLE jobs_job SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE jobs_lane SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE jobs_allowance SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE jobs_enginelimit SET (fillfactor = 20, autovacuum_vacuum_scale_factor = 0.02);
