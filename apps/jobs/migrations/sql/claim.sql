-- Whose jobs are next. Paid before free; of every four claims one goes to free jobs that have waited longer than `ageing`;
-- within a class the owner with the least running, then the oldest. Never above an owner's or an engine's limit.

CREATE FUNCTION jobs_next_lane(
    wanted_capability text, wanted_paid boolean, queued_before timestamptz, skipped uuid[]
) RETURNS SETOF jobs_lane LANGUAGE sql STABLE AS $$
    SELECT lane.* FROM jobs_enginelimit AS place
    CROSS JOIN LATERAL (
        SELECT * FROM jobs_lane
        WHERE capability = place.capability AND engine = place.engine AND paid = wanted_paid
          AND head_at IS NOT NULL AND running < parallel
          AND owner_id <> ALL (skipped)
        ORDER BY running, head_at LIMIT 1
    ) AS lane
    WHERE place.capability = wanted_capability AND (place.max_running IS NULL OR place.running < place.max_running)
      AND queued_before IS NULL
    UNION ALL
    -- each count of running jobs is probed by itself, so that the index finds the long-waiting without passing the others
    SELECT lane.* FROM jobs_enginelimit AS place
    CROSS JOIN generate_series(0, 31) AS level
    CROSS JOIN LATERAL (
        SELECT * FROM jobs_lane
        WHERE capability = place.capability AND engine = place.engine AND paid = wanted_paid
          AND head_at < queued_before AND running < parallel AND running = level
          AND owner_id <> ALL (skipped)
        ORDER BY head_at LIMIT 1
    ) AS lane
    WHERE place.capability = wanted_capability AND (place.max_running IS NULL OR place.running < place.max_running)
      AND queued_before IS NOT NULL
    ORDER BY running, head_at LIMIT 1
$$;

CREATE FUNCTION jobs_claim(
    wanted_capability text,
    wanted_jobs integer,
    claimer text,
    lease interval,
    ageing interval,
    at timestamptz DEFAULT clock_timestamp()
) RETURNS SETOF jobs_job LANGUAGE plpgsql AS $$
DECLARE
    skipped uuid[] := '{}';
    long_waiting_turn boolean;
    lane jobs_lane;
    job jobs_job;
BEGIN
    -- nothing to do is the common answer to a doubled wake, and needs no lock
    IF NOT EXISTS (
        SELECT FROM jobs_lane
        WHERE capability = wanted_capability AND head_at IS NOT NULL AND running < parallel
    ) THEN
        RETURN;
    END IF;

    -- A claim that a crash of the database forgets is only a job that is still queued: no need to wait for the disk while
    -- the others wait for the lock. The fence asks for the worker, too, because the attempt's number may come again.
    PERFORM set_config('synchronous_commit', 'off', true);

    -- claims of one capability go one after the other: each sees the counts that the one before left
    PERFORM pg_advisory_xact_lock(hashtextextended('jobs_claim ' || wanted_capability, 0));

    WHILE wanted_jobs > 0 LOOP
        SELECT coalesce(sum(claimed), 0) % 4 = 3 INTO long_waiting_turn
        FROM jobs_enginelimit WHERE capability = wanted_capability;

        lane := NULL;
        IF long_waiting_turn THEN
            SELECT * INTO lane FROM jobs_next_lane(wanted_capability, false, at - ageing, skipped);
        END IF;
        IF lane.id IS NULL THEN
            SELECT * INTO lane FROM jobs_next_lane(wanted_capability, true, NULL, skipped);
        END IF;
        IF lane.id IS NULL THEN
            SELECT * INTO lane FROM jobs_next_lane(wanted_capability, false, NULL, skipped);
        END IF;
        EXIT WHEN lane.id IS NULL;

        -- waits for nobody: whoever holds this owner or this job wakes a worker afterwards
        job := NULL;
        PERFORM FROM jobs_allowance WHERE owner_id = lane.owner_id FOR UPDATE SKIP LOCKED;
        IF FOUND THEN
            UPDATE jobs_job SET
                status = 'running',
                attempt = attempt + 1,
                worker = claimer,
                lease_until = at + lease,
                started_at = at,
                progress_at = NULL,
                stage = '',
                fraction = 0,
                error = '',
                error_kind = ''
            WHERE id = (
                SELECT id FROM jobs_job
                WHERE owner_id = lane.owner_id AND capability = lane.capability AND engine = lane.engine
                  AND paid = lane.paid AND status = 'queued' AND due_at IS NULL
                ORDER BY queued_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
            ) AND (SELECT running < parallel FROM jobs_allowance WHERE owner_id = lane.owner_id)
            RETURNING * INTO job;
        END IF;

        IF job.id IS NULL THEN
            skipped := skipped || lane.owner_id;
        ELSE
            RETURN NEXT job;
            wanted_jobs := wanted_jobs - 1;
        END IF;
    END LOOP;
END $$;
