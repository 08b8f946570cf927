-- Opt-outs that staff entered are counted by the day on which they came.
CREATE INDEX choices_by_letter ON choices (received_on) WHERE received_on IS NOT NULL;
