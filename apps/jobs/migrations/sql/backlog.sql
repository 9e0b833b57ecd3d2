-- How many jobs of a capability run, or would run now if there were a place for each: what a scaler reckons workers by.
-- Jobs above their owner's or their engine's limit are no reason for another machine. Runs with its maker's rights, so
-- that a scaler's role needs no other.

CREATE FUNCTION jobs_backlog(wanted_capability text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(sum(place.running + least(
        waiting.jobs, greatest(0, coalesce(place.max_running::bigint, waiting.jobs + place.running) - place.running)
    )), 0)::bigint
    FROM jobs_enginelimit AS place
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(least(owners.queued, owners.free)), 0)::bigint AS jobs
        FROM (
            SELECT sum(lane.queued) AS queued, min(lane.parallel - lane.running) AS free
            FROM jobs_lane AS lane
            WHERE lane.capability = place.capability AND lane.engine = place.engine
              AND lane.head_at IS NOT NULL AND lane.running < lane.parallel
            GROUP BY lane.owner_id
        ) AS owners
    ) AS waiting
    WHERE place.capability = wanted_capability
$$;

REVOKE EXECUTE ON FUNCTION jobs_backlog(text) FROM PUBLIC;
