DROP TRIGGER choices_share_feed ON choices;
DROP FUNCTION share_choice_feed();
