DROP INDEX identities_by_kind;
DROP TABLE policy_notices;
DROP TABLE policy_announcements;
DROP TABLE policy_versions;
