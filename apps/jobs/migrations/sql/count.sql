-- Keeps allowances, lanes and engine limits equal to a recount of the jobs, whatever path changes a job.
-- Lock order everywhere: job, its owner's allowance (which guards the owner's lanes), engine last.

CREATE OR REPLACE FUNCTION jobs_count_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO jobs_allowance (owner_id, running, parallel)
    VALUES (NEW.owner_id, 0, NEW.parallel)
    ON CONFLICT (owner_id) DO UPDATE SET parallel = EXCLUDED.parallel
        WHERE jobs_allowance.parallel <> EXCLUDED.parallel;

    UPDATE jobs_lane SET parallel = NEW.parallel WHERE owner_id = NEW.owner_id AND parallel <> NEW.parallel;

    -- A later statement than the upsert, so it sees what others committed while that waited. Whoever comes back after a
    -- quarter of an hour, or never came before, counts as served a quarter of an hour ago: first, but not for ever.
    INSERT INTO jobs_lane (
        owner_id, capability, engine, paid, queued, asked_seconds, longest_seconds, head_at, since, turn_at,
        running, parallel
    )
    SELECT
        owner_id, NEW.capability, NEW.engine, NEW.paid, 1, NEW.expected_seconds, NEW.expected_seconds,
        NEW.queued_at, NEW.queued_at,
        greatest(NEW.queued_at - interval '15 minutes', (
            SELECT max(turn_at) FROM jobs_lane WHERE owner_id = NEW.owner_id AND capability = NEW.capability
        )),
        running, parallel
    FROM jobs_allowance WHERE owner_id = NEW.owner_id
    ON CONFLICT (owner_id, capability, engine, paid) DO UPDATE SET
        queued = jobs_lane.queued + 1,
        asked_seconds = jobs_lane.asked_seconds + EXCLUDED.asked_seconds,
        longest_seconds = greatest(jobs_lane.longest_seconds, EXCLUDED.longest_seconds),
        head_at = LEAST(jobs_lane.head_at, EXCLUDED.head_at),
        since = CASE WHEN jobs_lane.head_at IS NULL THEN EXCLUDED.since ELSE jobs_lane.since END,
        turn_at = CASE WHEN jobs_lane.head_at IS NULL THEN EXCLUDED.turn_at ELSE jobs_lane.turn_at END;

    IF NOT EXISTS (SELECT FROM jobs_enginelimit WHERE capability = NEW.capability AND engine = NEW.engine) THEN
        INSERT INTO jobs_enginelimit (capability, engine, running, reason)
        VALUES (NEW.capability, NEW.engine, 0, '')
        ON CONFLICT (capability, engine) DO NOTHING;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION jobs_count_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    queued_now integer := 0;
    running_now integer := 0;
    queued_change integer;
    running_change integer;
    was_full boolean;
    freed_at timestamptz;
    claimed_at timestamptz;
    took float8;
    planned float8 := 0;
    overrun float8 := 0;
    new_pace float8;
    next_at timestamptz;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        queued_now := (NEW.status = 'queued')::integer;
        running_now := (NEW.status = 'running')::integer;
    END IF;
    queued_change := queued_now - (OLD.status = 'queued')::integer;
    running_change := running_now - (OLD.status = 'running')::integer;

    SELECT running >= parallel INTO was_full FROM jobs_allowance WHERE owner_id = OLD.owner_id FOR UPDATE;

    IF running_change > 0 THEN
        claimed_at := NEW.started_at;
        planned := NEW.reserved_seconds;
    ELSIF running_change < 0 AND TG_OP = 'UPDATE' AND NEW.finished_at IS NOT NULL THEN
        -- what it took of the share was a guess until now
        took := greatest(0, extract(epoch FROM NEW.finished_at - OLD.started_at));
        overrun := CASE WHEN OLD.reserved_seconds > 0 THEN took - OLD.reserved_seconds ELSE 0 END;
        new_pace := CASE WHEN NEW.status = 'succeeded' THEN took / OLD.expected_seconds END;
        freed_at := CASE WHEN was_full THEN NEW.finished_at END;
    END IF;

    IF running_change <> 0 THEN
        UPDATE jobs_allowance SET running = running + running_change WHERE owner_id = OLD.owner_id;
        UPDATE jobs_lane SET
            running = running + running_change,
            since = CASE WHEN freed_at > since THEN freed_at ELSE since END,
            turn_at = CASE WHEN capability = OLD.capability THEN coalesce(claimed_at, turn_at) ELSE turn_at END
        WHERE owner_id = OLD.owner_id
          AND NOT (capability = OLD.capability AND engine = OLD.engine AND paid = OLD.paid);
    END IF;

    SELECT queued_at INTO next_at FROM jobs_job
    WHERE owner_id = OLD.owner_id AND capability = OLD.capability AND engine = OLD.engine AND paid = OLD.paid
      AND status = 'queued' AND due_at IS NULL
    ORDER BY queued_at, id LIMIT 1;

    UPDATE jobs_lane SET
        running = running + running_change,
        queued = queued + queued_change,
        asked_seconds = CASE WHEN queued + queued_change = 0 THEN 0
            ELSE asked_seconds + queued_change * OLD.expected_seconds END,
        longest_seconds = CASE WHEN queued + queued_change = 0 THEN 0
            ELSE greatest(longest_seconds, queued_change * OLD.expected_seconds) END,
        head_at = next_at,
        since = greatest(next_at, CASE WHEN head_at IS NULL THEN next_at ELSE since END, freed_at),
        turn_at = coalesce(claimed_at, turn_at)
    WHERE owner_id = OLD.owner_id AND capability = OLD.capability AND engine = OLD.engine AND paid = OLD.paid;

    IF running_change <> 0 THEN
        UPDATE jobs_enginelimit SET
            running = running + running_change,
            planned_seconds = planned_seconds + planned,
            overrun_seconds = overrun_seconds + overrun,
            pace = coalesce(pace + (new_pace - pace) / 16, pace, new_pace)
        WHERE capability = OLD.capability AND engine = OLD.engine;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION jobs_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'check_violation';
END $$;

CREATE OR REPLACE TRIGGER jobs_job_starts_queued BEFORE INSERT ON jobs_job
    FOR EACH ROW WHEN (NEW.status <> 'queued' OR NEW.due_at IS NOT NULL)
    EXECUTE FUNCTION jobs_refuse('a job starts queued and due');

CREATE OR REPLACE TRIGGER jobs_job_keeps_its_lane BEFORE UPDATE OF owner_id, capability, engine, paid, queued_at ON jobs_job
    FOR EACH ROW WHEN (
        (OLD.owner_id, OLD.capability, OLD.engine, OLD.paid, OLD.queued_at)
        IS DISTINCT FROM (NEW.owner_id, NEW.capability, NEW.engine, NEW.paid, NEW.queued_at)
    )
    EXECUTE FUNCTION jobs_refuse('a job keeps its owner, capability, engine, class and place');

CREATE OR REPLACE TRIGGER jobs_job_ends_once BEFORE UPDATE OF status ON jobs_job
    FOR EACH ROW WHEN (OLD.status IN ('succeeded', 'failed', 'cancelled') AND NEW.status <> OLD.status)
    EXECUTE FUNCTION jobs_refuse('a job that ended stays as it is');

CREATE OR REPLACE TRIGGER jobs_job_count_insert AFTER INSERT ON jobs_job
    FOR EACH ROW EXECUTE FUNCTION jobs_count_insert();

CREATE OR REPLACE TRIGGER jobs_job_count_update AFTER UPDATE OF status, due_at ON jobs_job
    FOR EACH ROW WHEN (
        OLD.status <> NEW.status OR (OLD.status = 'queued' AND OLD.due_at IS DISTINCT FROM NEW.due_at)
    )
    EXECUTE FUNCTION jobs_count_change();

CREATE OR REPLACE TRIGGER jobs_job_count_delete AFTER DELETE ON jobs_job
    FOR EACH ROW WHEN (OLD.status IN ('queued', 'running'))
    EXECUTE FUNCTION jobs_count_change();

-- hot, small rows: keep room for updates in place and clean up early
ALTER TABLE jobs_job SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE jobs_lane SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE jobs_allowance SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE jobs_enginelimit SET (fillfactor = 20, autovacuum_vacuum_scale_factor = 0.02);
