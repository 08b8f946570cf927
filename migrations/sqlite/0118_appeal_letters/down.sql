DROP TABLE appeal_contacts;
