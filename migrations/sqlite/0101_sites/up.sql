-- Sites of others that pages lead to, and where they say what they do with data.
CREATE TABLE sites (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    host TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    policy_url TEXT NOT NULL
);
