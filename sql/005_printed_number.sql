-- printed_number(text): the number that a printed text is; NULL when it is none, or could be two.
-- 1,234 is a thousand and more; 1,36 may be a slip and is not read; <0.001 and NA are no numbers. models/printed.py
-- reads the same, and a test holds the two together.
CREATE MACRO printed_number(printed) AS (
    SELECT CASE WHEN isfinite(number) THEN number END
    FROM (
        SELECT try_cast(plain AS DOUBLE) AS number
        FROM (
            SELECT CASE
                WHEN regexp_full_match(typed, '[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?') THEN replace(typed, ',', '')
                WHEN regexp_full_match(typed, '[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?') THEN typed
            END AS plain
            FROM (SELECT translate(trim(printed, e' \t\n\r'), '−‒–', '---') AS typed)
        )
    )
);
