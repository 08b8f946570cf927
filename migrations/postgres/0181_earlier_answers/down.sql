DROP TABLE earlier_answers;
