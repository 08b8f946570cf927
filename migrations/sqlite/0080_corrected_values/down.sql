DROP TABLE corrected_values;
