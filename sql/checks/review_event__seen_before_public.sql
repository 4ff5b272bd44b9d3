-- Seen before it was public is impossible; a day of grace for time zones.
SELECT event_key, public_date, first_seen_at FROM review_event WHERE first_seen_at::DATE + 1 < public_date
