-- Written again and again, to see whether anything can be written.
INSERT INTO switches (name, is_on, changed_at) VALUES ('heartbeat', TRUE, '2026-01-01 00:00:00');
