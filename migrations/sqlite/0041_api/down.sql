DROP INDEX choices_feed;
DROP TABLE api_tokens;
