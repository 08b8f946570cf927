-- Of an opt-out that staff entered: how it came, and on which day.
ALTER TABLE choices ADD COLUMN channel TEXT;
ALTER TABLE choices ADD COLUMN received_on DATE;
