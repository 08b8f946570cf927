DROP TABLE insight_cells;
DROP TABLE insight_releases;
