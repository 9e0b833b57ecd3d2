-- The share of a capability's time that is kept for free jobs, and how long one of them waits for it while paid jobs wait.
-- The claim, the door and the outlook all ask jobs_share_wait.

-- Seconds of work for every second asked for: the engine's own pace, its capability's, or half.
CREATE FUNCTION jobs_pace(wanted_capability text, wanted_engine text) RETURNS float8 LANGUAGE sql STABLE AS $$
    SELECT coalesce(max(pace) FILTER (WHERE engine = wanted_engine), avg(pace), 0.5)
    FROM jobs_enginelimit WHERE capability = wanted_capability
$$;

-- rate: seconds of the share in a second · planned: seconds of it that free jobs were to take, the running included ·
-- overrun: by how much those that ended took longer than planned, or less · account: what free jobs may still take, up to
-- an hour's share; negative when they took it in advance
CREATE TYPE jobs_share AS (
    capability text, moment timestamptz, slots integer, rate float8, planned float8, overrun float8, account float8
);

CREATE FUNCTION jobs_share_at(wanted_capability text, share float8, lease interval, moment timestamptz)
RETURNS jobs_share LANGUAGE sql STABLE AS $$
    SELECT (
        wanted_capability, moment, places.slots, places.rate, taken.planned, taken.overrun,
        least(
            places.rate * 3600,
            kept.credit + places.rate * greatest(0, extract(epoch FROM moment - kept.credited_at))
                - taken.planned - taken.overrun,
            CASE WHEN kept.capability IS NULL THEN 0 END
        )
    )::jobs_share
    FROM (
        SELECT coalesce(sum(slots), 0)::integer AS slots, share * greatest(1, coalesce(sum(slots), 0)) AS rate
        FROM jobs_worker WHERE wanted_capability = ANY (capabilities) AND seen_at >= moment - lease
    ) AS places
    CROSS JOIN (
        SELECT coalesce(sum(planned_seconds), 0) AS planned, coalesce(sum(overrun_seconds), 0) AS overrun
        FROM jobs_enginelimit WHERE capability = wanted_capability
    ) AS taken
    LEFT JOIN jobs_freeshare AS kept ON kept.capability = wanted_capability
$$;

-- Writes down, every quarter of a minute, how much free jobs had been given of the share.
CREATE FUNCTION jobs_share_mark(wanted_capability text, share float8, lease interval, at timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    last_at timestamptz;
    standing jobs_share;
    to_come float8;
BEGIN
    SELECT credited_at INTO last_at FROM jobs_freeshare WHERE capability = wanted_capability;
    IF at < last_at + interval '15 seconds' THEN
        RETURN;
    END IF;
    standing := jobs_share_at(wanted_capability, share, lease, at);
    SELECT coalesce(sum(greatest(0, reserved_seconds - extract(epoch FROM at - started_at))), 0) INTO to_come
    FROM jobs_job WHERE capability = wanted_capability AND status = 'running' AND reserved_seconds > 0;
    INSERT INTO jobs_freeshare (capability, credit, credited_at)
    VALUES (wanted_capability, standing.planned + standing.overrun + standing.account, at)
    ON CONFLICT (capability) DO UPDATE SET credit = EXCLUDED.credit, credited_at = EXCLUDED.credited_at;
    INSERT INTO jobs_sharemark (capability, marked_at, given, overrun)
    VALUES (wanted_capability, at, standing.planned - to_come, standing.overrun)
    ON CONFLICT (capability, marked_at) DO NOTHING;
    DELETE FROM jobs_sharemark WHERE capability = wanted_capability AND marked_at < at - interval '20 minutes';
END $$;

-- Seconds until free jobs had less than their share of the last quarter of an hour, were `ahead` seconds more begun now: by
-- what they really took, or as planned; a little on the safe side, since jobs stray from their plan.
CREATE FUNCTION jobs_share_window(standing jobs_share, ahead float8, really boolean)
RETURNS float8 LANGUAGE plpgsql STABLE AS $$
DECLARE
    horizon constant timestamptz := standing.moment - interval '15 minutes';
    weight constant float8 := really::integer;
    taken constant float8 := standing.planned + weight * standing.overrun;
    needed constant float8 := taken + ahead - standing.rate * 900 * 0.97 + 0.001;
    reached_at timestamptz;
    reached float8;
    passed_at timestamptz;
    passed float8;
BEGIN
    SELECT marked_at, given + weight * overrun INTO reached_at, reached FROM jobs_sharemark
    WHERE capability = standing.capability AND marked_at >= horizon AND given + weight * overrun >= needed
    ORDER BY marked_at LIMIT 1;
    SELECT marked_at, given + weight * overrun INTO passed_at, passed FROM jobs_sharemark
    WHERE capability = standing.capability AND marked_at < coalesce(reached_at, 'infinity')
    ORDER BY marked_at DESC LIMIT 1;
    IF passed_at IS NULL OR passed >= needed THEN
        RETURN 0;
    ELSIF reached_at IS NOT NULL THEN
        passed_at := passed_at + (reached_at - passed_at) * ((needed - passed) / (reached - passed));
    ELSIF needed <= taken THEN
        -- some run whose seconds are not given yet
        passed_at := passed_at + make_interval(secs => needed - passed);
    ELSE
        passed_at := standing.moment + make_interval(
            secs => jobs_share_window(standing, 0, really) + (needed - passed) / standing.rate
        );
    END IF;
    RETURN greatest(0, extract(epoch FROM passed_at - horizon));
END $$;

-- Seconds until the share allows one more free job after `ahead` seconds of others, while paid jobs wait; 0 when it does
-- now. Two things must hold: the account is not overdrawn, and the last quarter of an hour has room.
CREATE FUNCTION jobs_share_wait(standing jobs_share, ahead float8) RETURNS float8 LANGUAGE sql STABLE AS $$
    SELECT greatest(
        0,
        (ahead + 0.001 - standing.account) / standing.rate,
        jobs_share_window(standing, ahead, true),
        jobs_share_window(standing, ahead, false)
    )
$$;

-- Seconds of work of a lane's next jobs, by the longest of them, so that no promise is built on too little.
CREATE FUNCTION jobs_lane_seconds(lane jobs_lane, jobs integer) RETURNS float8 LANGUAGE sql STABLE AS $$
    SELECT least(lane.asked_seconds, least(lane.queued, jobs) * lane.longest_seconds)
        * jobs_pace(lane.capability, lane.engine)
$$;

-- The fair lane, unless one that waits longer would come too late after it; then the longest waiting.
CREATE FUNCTION jobs_free_turn(standing jobs_share, fair jobs_lane, patience interval, skipped uuid[])
RETURNS jobs_lane LANGUAGE plpgsql STABLE AS $$
DECLARE
    many constant integer := 30;
    own float8;
    oldest jobs_lane;
    older integer;
    late boolean;
BEGIN
    SELECT * INTO oldest FROM jobs_oldest_free_lane(standing.capability, skipped);
    IF oldest.id = fair.id OR oldest.since >= fair.since THEN
        RETURN fair;
    END IF;
    own := jobs_lane_seconds(fair, 1);
    SELECT count(*), bool_or(
        jobs_share_wait(standing, ahead + own) > extract(epoch FROM patience - (standing.moment - since))
    ) INTO older, late
    FROM (
        SELECT since, sum(seconds) OVER (ORDER BY since, id) - seconds AS ahead
        FROM (
            SELECT lane.since, lane.id, jobs_lane_seconds(lane, lane.parallel - lane.running) AS seconds
            FROM jobs_lane AS lane
            WHERE capability = standing.capability AND NOT paid AND head_at IS NOT NULL AND running < parallel
              AND lane.since < fair.since
            ORDER BY lane.since LIMIT many
        ) AS before
    ) AS before;
    IF late OR older >= many THEN
        RETURN oldest;
    END IF;
    RETURN fair;
END $$;
