-- Figures about everybody. What was released stays as it was.
CREATE TABLE insight_releases (
    number BIGINT PRIMARY KEY NOT NULL,
    at TIMESTAMP NOT NULL,
    threshold BIGINT NOT NULL
);

-- The exact counts are kept for the newest release alone.
CREATE TABLE insight_cells (
    release BIGINT NOT NULL REFERENCES insight_releases (number),
    position INTEGER NOT NULL,
    figure TEXT NOT NULL,
    label TEXT NOT NULL,
    shown BIGINT,
    set_in BIGINT NOT NULL,
    counted BIGINT,
    basis BIGINT,
    PRIMARY KEY (release, position)
);
