DROP INDEX choices_by_letter;
