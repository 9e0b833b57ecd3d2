-- Run once as the owner of the database, after `manage.py migrate`; then set the password: \password refrain_scaler
CREATE ROLE refrain_scaler LOGIN CONNECTION LIMIT 5;
GRANT EXECUTE ON FUNCTION jobs_backlog(text) TO refrain_scaler;
