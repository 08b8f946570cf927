DROP INDEX requests_proposed;
