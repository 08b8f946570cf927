DROP TABLE choices;
DROP FUNCTION refuse_changed_choice;
