DROP TABLE training_acknowledgements;
