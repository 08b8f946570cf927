-- Whoever writes choices has the reader of their feed wait: the lock `ChoiceFeed` of `db/locks.rs`, shared until the
-- commit. As a statement of its own it would cost each opt-out a way to the server and back.
CREATE FUNCTION share_choice_feed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(18930627848917555);
    RETURN NULL;
END $$;
CREATE TRIGGER choices_share_feed BEFORE INSERT ON choices
FOR EACH STATEMENT EXECUTE FUNCTION share_choice_feed();
