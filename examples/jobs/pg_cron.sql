--
-- Refresh every model of yours at night, with pg_cron: psql -d your_database -f pg_cron.sql
--
-- Once, as superuser: install the package (Debian: postgresql-15-cron), set in postgresql.conf
--     shared_preload_libraries = 'pg_cron'
--     cron.database_name = 'your_database'
-- restart, and in that database
--     CREATE EXTENSION pg_cron;
--     GRANT USAGE ON SCHEMA cron TO owner_of_the_models;
-- pg_cron connects as the role that scheduled the job: pg_hba.conf must let it in from this machine
-- without a password, or set cron.use_background_workers = on and nothing connects at all.
--
-- Then, as the owner of the models, this file.  Scheduling a name again replaces the job.
-- Other times: psql -v schedule='0 6 * * 1' -f pg_cron.sql
--
\set ON_ERROR_STOP on
\if :{?schedule}
\else
	\set schedule '30 2 * * *'
\endif

SELECT cron.schedule('abc_tier', :'schedule', 'CALL abc_refresh_all()') AS job;

-- Last night in one look: what ran, and what the models themselves recorded (NAME_run) if it failed.
SELECT d.status, d.return_message, d.start_time, d.end_time
FROM cron.job_run_details AS d
JOIN cron.job AS j USING (jobid)
WHERE j.jobname = 'abc_tier'
ORDER BY d.start_time DESC
LIMIT 5;
