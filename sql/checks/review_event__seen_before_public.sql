-- severity: row
-- says: an event was seen before it was public; a day of grace for time zones
-- action: look at the date in the source
SELECT event_key AS subject, public_date, first_seen_at FROM review_event WHERE first_seen_at::DATE + 1 < public_date
