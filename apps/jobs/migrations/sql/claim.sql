-- Whose job is next. Paid first, but free jobs have a share of every capability's time: while paid jobs wait, a free one goes
-- first as long as free jobs had less than their share of the last quarter of an hour, and of all the time before. Within a class the
-- owner with the least running, then the least recently served. Never above an owner's or an engine's limit.

CREATE FUNCTION jobs_next_lane(wanted_capability text, wanted_paid boolean, skipped uuid[])
RETURNS SETOF jobs_lane LANGUAGE sql STABLE AS $$
    SELECT lane.* FROM jobs_enginelimit AS place
    CROSS JOIN LATERAL (
        SELECT * FROM jobs_lane
        WHERE capability = place.capability AND engine = place.engine AND paid = wanted_paid
          AND head_at IS NOT NULL AND running < parallel
          AND owner_id <> ALL (skipped)
        ORDER BY running, turn_at, since LIMIT 1
    ) AS lane
    WHERE place.capability = wanted_capability AND (place.max_running IS NULL OR place.running < place.max_running)
    ORDER BY running, turn_at, since LIMIT 1
$$;

CREATE FUNCTION jobs_oldest_free_lane(wanted_capability text, skipped uuid[])
RETURNS SETOF jobs_lane LANGUAGE sql STABLE AS $$
    SELECT lane.* FROM jobs_enginelimit AS place
    CROSS JOIN LATERAL (
        SELECT * FROM jobs_lane
        WHERE capability = place.capability AND engine = place.engine AND NOT paid
          AND head_at IS NOT NULL AND running < parallel
          AND owner_id <> ALL (skipped)
        ORDER BY since LIMIT 1
    ) AS lane
    WHERE place.capability = wanted_capability AND (place.max_running IS NULL OR place.running < place.max_running)
    ORDER BY since LIMIT 1
$$;

CREATE FUNCTION jobs_claim(
    wanted_capability text,
    wanted_jobs integer,
    claimer text,
    lease interval,
    share float8,
    patience interval,
    at timestamptz DEFAULT clock_timestamp()
) RETURNS SETOF jobs_job LANGUAGE plpgsql AS $$
DECLARE
    skipped uuid[] := '{}';
    paid_lane jobs_lane;
    free_lane jobs_lane;
    lane jobs_lane;
    contended boolean;
    standing jobs_share;
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
    PERFORM jobs_share_mark(wanted_capability, share, lease, at);

    WHILE wanted_jobs > 0 LOOP
        paid_lane := NULL;
        free_lane := NULL;
        SELECT * INTO paid_lane FROM jobs_next_lane(wanted_capability, true, skipped);
        SELECT * INTO free_lane FROM jobs_next_lane(wanted_capability, false, skipped);
        contended := paid_lane.id IS NOT NULL AND free_lane.id IS NOT NULL;
        lane := paid_lane;
        IF free_lane.id IS NOT NULL THEN
            standing := jobs_share_at(wanted_capability, share, lease, at);
            -- the account alone says no most of the time
            IF NOT contended OR (standing.account > 0 AND jobs_share_wait(standing, 0) = 0) THEN
                lane := jobs_free_turn(standing, free_lane, patience, skipped);
            ELSE
                -- what others took beyond their plan is not paid for by those who were promised a turn by now
                SELECT * INTO free_lane FROM jobs_oldest_free_lane(wanted_capability, skipped);
                IF free_lane.since <= at - patience AND jobs_share_window(standing, 0, false) = 0 THEN
                    lane := free_lane;
                END IF;
            END IF;
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
                error_kind = '',
                -- what nobody paid for was waiting for is not taken from the share
                reserved_seconds = CASE WHEN contended AND NOT paid
                    THEN expected_seconds * jobs_pace(capability, engine) ELSE 0 END
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
