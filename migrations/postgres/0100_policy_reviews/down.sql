DROP TABLE policy_acknowledgements;
DROP TABLE policy_review_reminders;
DROP TABLE policy_reviews;
