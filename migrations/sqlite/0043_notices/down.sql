DROP TABLE notices;
DROP TABLE causes;
