-- ProJobSector's own database: the sample source that Candor runs in front of.
-- Days are 'YYYY-MM-DD', times 'YYYY-MM-DD HH:MM:SS' in UTC, money is in cents, yes and no are 1 and 0.

-- Who has an account ---------------------------------------------------------------------------

CREATE TABLE accounts (
    id             INTEGER PRIMARY KEY,
    email          VARCHAR(254) NOT NULL UNIQUE COLLATE NOCASE CHECK (email LIKE '%_@_%' AND length(email) <= 254),
    password_hash  VARCHAR(120) NOT NULL,
    status         VARCHAR(10)  NOT NULL CHECK (status IN ('active', 'paused', 'closed')),
    country        CHAR(2)      CHECK (length(country) = 2),
    state          CHAR(2)      CHECK (length(state) = 2),
    language       CHAR(2)      NOT NULL DEFAULT 'en',
    created_at     TIMESTAMP    NOT NULL,
    last_login_at  TIMESTAMP
);

CREATE TABLE profiles (
    id              INTEGER PRIMARY KEY,
    account_id      INTEGER      NOT NULL UNIQUE REFERENCES accounts (id),
    full_name       VARCHAR(120) NOT NULL CHECK (length(full_name) BETWEEN 1 AND 120),
    headline        VARCHAR(160) CHECK (length(headline) <= 160),
    birth_date      DATE         CHECK (birth_date LIKE '____-__-__'),
    about           TEXT         CHECK (length(about) <= 2000),
    desired_salary  INTEGER      CHECK (desired_salary >= 0),
    open_to_work    BOOLEAN      NOT NULL DEFAULT 0 CHECK (open_to_work IN (0, 1)),
    updated_at      TIMESTAMP    NOT NULL
);

CREATE TABLE contact_details (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER     NOT NULL UNIQUE REFERENCES accounts (id),
    phone        VARCHAR(32) CHECK (length(phone) <= 32),
    street       VARCHAR(120),
    city         VARCHAR(80),
    region       VARCHAR(80),
    postal_code  VARCHAR(12),
    country      CHAR(2)     CHECK (length(country) = 2),
    updated_at   TIMESTAMP   NOT NULL
);

CREATE TABLE consents (
    id          INTEGER PRIMARY KEY,
    account_id  INTEGER     NOT NULL REFERENCES accounts (id),
    topic       VARCHAR(40) NOT NULL CHECK (topic IN ('terms', 'marketing_email', 'profile_sharing', 'personalisation')),
    is_granted  BOOLEAN     NOT NULL CHECK (is_granted IN (0, 1)),
    wording     VARCHAR(20) NOT NULL,
    given_at    TIMESTAMP   NOT NULL
);
CREATE INDEX consents_account ON consents (account_id);

CREATE TABLE login_events (
    id            INTEGER PRIMARY KEY,
    account_id    INTEGER      NOT NULL REFERENCES accounts (id),
    ip_address    VARCHAR(45)  NOT NULL,
    user_agent    VARCHAR(255) NOT NULL,
    is_success    BOOLEAN      NOT NULL CHECK (is_success IN (0, 1)),
    logged_in_at  TIMESTAMP    NOT NULL
);
CREATE INDEX login_events_account ON login_events (account_id);

CREATE TABLE identity_documents (
    id             INTEGER PRIMARY KEY,
    account_id     INTEGER     NOT NULL REFERENCES accounts (id),
    kind           VARCHAR(20) NOT NULL CHECK (kind IN ('driving_licence', 'passport', 'national_id', 'social_security')),
    document_no    VARCHAR(32) NOT NULL,
    issued_by      VARCHAR(60) NOT NULL,
    valid_until    DATE,
    checked_at     TIMESTAMP   NOT NULL
);
CREATE INDEX identity_documents_account ON identity_documents (account_id);

CREATE TABLE equal_opportunity_answers (
    id                INTEGER PRIMARY KEY,
    account_id        INTEGER     NOT NULL UNIQUE REFERENCES accounts (id),
    gender            VARCHAR(40),
    race_ethnicity    VARCHAR(60),
    disability        VARCHAR(60),
    veteran_status    VARCHAR(60),
    answered_on       DATE        NOT NULL
);

-- What a person wrote about work ----------------------------------------------------------------

CREATE TABLE resumes (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER      NOT NULL REFERENCES accounts (id),
    title        VARCHAR(120) NOT NULL,
    summary      TEXT         CHECK (length(summary) <= 4000),
    is_public    BOOLEAN      NOT NULL DEFAULT 0 CHECK (is_public IN (0, 1)),
    created_at   TIMESTAMP    NOT NULL,
    updated_at   TIMESTAMP    NOT NULL
);
CREATE INDEX resumes_account ON resumes (account_id);

-- Found through the résumé, not through the account.
CREATE TABLE work_history (
    id           INTEGER PRIMARY KEY,
    resume_id    INTEGER      NOT NULL REFERENCES resumes (id),
    company      VARCHAR(120) NOT NULL CHECK (length(company) BETWEEN 1 AND 120),
    job_title    VARCHAR(120) NOT NULL CHECK (length(job_title) BETWEEN 1 AND 120),
    city         VARCHAR(80),
    description  TEXT         CHECK (length(description) <= 2000),
    started_on   DATE         NOT NULL CHECK (started_on LIKE '____-__-__'),
    ended_on     DATE         CHECK (ended_on LIKE '____-__-__'),
    CHECK (ended_on IS NULL OR ended_on >= started_on)
);
CREATE INDEX work_history_resume ON work_history (resume_id);

CREATE TABLE education (
    id              INTEGER PRIMARY KEY,
    resume_id       INTEGER      NOT NULL REFERENCES resumes (id),
    school          VARCHAR(120) NOT NULL,
    degree          VARCHAR(80),
    field_of_study  VARCHAR(80),
    started_year    INTEGER      CHECK (started_year BETWEEN 1940 AND 2100),
    ended_year      INTEGER      CHECK (ended_year BETWEEN 1940 AND 2100)
);
CREATE INDEX education_resume ON education (resume_id);

CREATE TABLE skills (
    id                INTEGER PRIMARY KEY,
    account_id        INTEGER     NOT NULL REFERENCES accounts (id),
    name              VARCHAR(60) NOT NULL,
    years             INTEGER     CHECK (years BETWEEN 0 AND 60),
    endorsements      INTEGER     NOT NULL DEFAULT 0,
    added_on          DATE        NOT NULL,
    UNIQUE (account_id, name)
);

-- Employers and their jobs: not about people -----------------------------------------------------

CREATE TABLE employers (
    id        INTEGER PRIMARY KEY,
    name      VARCHAR(120) NOT NULL UNIQUE,
    industry  VARCHAR(60)  NOT NULL,
    city      VARCHAR(80)  NOT NULL,
    region    VARCHAR(80)  NOT NULL,
    country   CHAR(2)      NOT NULL
);

CREATE TABLE job_postings (
    id           INTEGER PRIMARY KEY,
    employer_id  INTEGER      NOT NULL REFERENCES employers (id),
    title        VARCHAR(120) NOT NULL,
    city         VARCHAR(80)  NOT NULL,
    salary_from  INTEGER,
    salary_to    INTEGER,
    posted_on    DATE         NOT NULL,
    closed_on    DATE
);
CREATE INDEX job_postings_employer ON job_postings (employer_id);

-- What happened between people and employers -----------------------------------------------------

CREATE TABLE applications (
    id            INTEGER PRIMARY KEY,
    account_id    INTEGER     NOT NULL REFERENCES accounts (id),
    posting_id    INTEGER     NOT NULL REFERENCES job_postings (id),
    resume_id     INTEGER     REFERENCES resumes (id),
    cover_letter  TEXT        CHECK (length(cover_letter) <= 4000),
    status        VARCHAR(20) NOT NULL CHECK (status IN ('sent', 'viewed', 'interview', 'offer', 'rejected', 'withdrawn')),
    applied_on    DATE        NOT NULL,
    UNIQUE (account_id, posting_id)
);
CREATE INDEX applications_posting ON applications (posting_id);
CREATE INDEX applications_resume ON applications (resume_id);

-- Found through the application: two steps away from the account.
CREATE TABLE interview_notes (
    id              INTEGER PRIMARY KEY,
    application_id  INTEGER   NOT NULL REFERENCES applications (id),
    held_on         DATE      NOT NULL,
    rating          INTEGER   CHECK (rating BETWEEN 1 AND 5),
    note            TEXT      NOT NULL CHECK (length(note) <= 2000),
    written_at      TIMESTAMP NOT NULL
);
CREATE INDEX interview_notes_application ON interview_notes (application_id);

CREATE TABLE messages (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER      NOT NULL REFERENCES accounts (id),
    employer_id  INTEGER      NOT NULL REFERENCES employers (id),
    direction    VARCHAR(13)  NOT NULL CHECK (direction IN ('to_employer', 'from_employer')),
    subject      VARCHAR(160) NOT NULL,
    body         TEXT         NOT NULL CHECK (length(body) <= 4000),
    sent_at      TIMESTAMP    NOT NULL,
    read_at      TIMESTAMP
);
CREATE INDEX messages_account ON messages (account_id);
CREATE INDEX messages_employer ON messages (employer_id);

CREATE TABLE match_scores (
    id             INTEGER PRIMARY KEY,
    account_id     INTEGER      NOT NULL REFERENCES accounts (id),
    posting_id     INTEGER      NOT NULL REFERENCES job_postings (id),
    score          INTEGER      NOT NULL CHECK (score BETWEEN 0 AND 100),
    reason         VARCHAR(160) NOT NULL,
    calculated_at  TIMESTAMP    NOT NULL,
    UNIQUE (account_id, posting_id)
);
CREATE INDEX match_scores_posting ON match_scores (posting_id);

-- What was seen of a person's use ----------------------------------------------------------------

CREATE TABLE saved_searches (
    id          INTEGER PRIMARY KEY,
    account_id  INTEGER      NOT NULL REFERENCES accounts (id),
    name        VARCHAR(120) NOT NULL,
    terms       VARCHAR(160) NOT NULL,
    place       VARCHAR(80),
    alert       VARCHAR(8)   NOT NULL CHECK (alert IN ('never', 'daily', 'weekly')),
    created_at  TIMESTAMP    NOT NULL
);
CREATE INDEX saved_searches_account ON saved_searches (account_id);

CREATE TABLE search_terms (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER      NOT NULL REFERENCES accounts (id),
    terms        VARCHAR(160) NOT NULL,
    place        VARCHAR(80),
    results      INTEGER      NOT NULL CHECK (results >= 0),
    searched_at  TIMESTAMP    NOT NULL
);
CREATE INDEX search_terms_account ON search_terms (account_id);

CREATE TABLE page_views (
    id          INTEGER PRIMARY KEY,
    account_id  INTEGER      NOT NULL REFERENCES accounts (id),
    path        VARCHAR(200) NOT NULL,
    referrer    VARCHAR(200),
    device      VARCHAR(20)  NOT NULL CHECK (device IN ('phone', 'tablet', 'computer')),
    seconds     INTEGER      NOT NULL CHECK (seconds >= 0),
    viewed_at   TIMESTAMP    NOT NULL
);
CREATE INDEX page_views_account ON page_views (account_id);

-- Paying for the premium plan -------------------------------------------------------------------

-- One row may belong to a whole household.
CREATE TABLE addresses (
    id           INTEGER PRIMARY KEY,
    street       VARCHAR(120) NOT NULL,
    city         VARCHAR(80)  NOT NULL,
    region       VARCHAR(80),
    postal_code  VARCHAR(12)  NOT NULL,
    country      CHAR(2)      NOT NULL CHECK (length(country) = 2),
    updated_at   TIMESTAMP    NOT NULL
);

CREATE TABLE payment_cards (
    id                  INTEGER PRIMARY KEY,
    account_id          INTEGER     NOT NULL REFERENCES accounts (id),
    billing_address_id  INTEGER     REFERENCES addresses (id),
    card_number         VARCHAR(19) NOT NULL,
    holder              VARCHAR(80) NOT NULL,
    expires_on          DATE        NOT NULL,
    added_on            DATE        NOT NULL
);
CREATE INDEX payment_cards_account ON payment_cards (account_id);
CREATE INDEX payment_cards_address ON payment_cards (billing_address_id);

-- Found through the card: two steps away from the account.
CREATE TABLE invoices (
    id               INTEGER PRIMARY KEY,
    payment_card_id  INTEGER     REFERENCES payment_cards (id),
    number           VARCHAR(20) NOT NULL UNIQUE,
    description      VARCHAR(80) NOT NULL,
    amount_cents     INTEGER     NOT NULL CHECK (amount_cents >= 0),
    currency         CHAR(3)     NOT NULL CHECK (currency IN ('USD', 'EUR')),
    issued_on        DATE        NOT NULL,
    paid_on          DATE
);
CREATE INDEX invoices_card ON invoices (payment_card_id);

-- Known by e-mail address only ------------------------------------------------------------------

CREATE TABLE newsletter_subscriptions (
    id               INTEGER PRIMARY KEY,
    email            VARCHAR(254) NOT NULL COLLATE NOCASE,
    topic            VARCHAR(60)  NOT NULL,
    subscribed_at    TIMESTAMP    NOT NULL,
    unsubscribed_at  TIMESTAMP
);
CREATE INDEX newsletter_subscriptions_email ON newsletter_subscriptions (email);

CREATE TABLE partner_data (
    id            INTEGER PRIMARY KEY,
    email         VARCHAR(254) NOT NULL COLLATE NOCASE,
    partner_name  VARCHAR(80)  NOT NULL,
    attribute     VARCHAR(60)  NOT NULL,
    value         VARCHAR(160) NOT NULL CHECK (length(value) BETWEEN 1 AND 160),
    obtained_on   DATE         NOT NULL
);
CREATE INDEX partner_data_email ON partner_data (email);

-- Copies ------------------------------------------------------------------------------------------

-- What the employers' search shows, as JSON, so that a page needs one read.
CREATE TABLE cached_profiles (
    id          INTEGER PRIMARY KEY,
    account_id  INTEGER   NOT NULL UNIQUE REFERENCES accounts (id),
    body        TEXT      NOT NULL CHECK (json_valid(body)),
    cached_at   TIMESTAMP NOT NULL
);

-- A closed account as it was; a person who came back has an old copy here.
CREATE TABLE archived_accounts (
    id             INTEGER PRIMARY KEY,
    email          VARCHAR(254) NOT NULL COLLATE NOCASE,
    full_name      VARCHAR(120) NOT NULL,
    headline       VARCHAR(160),
    phone          VARCHAR(32),
    city           VARCHAR(80),
    closed_on      DATE         NOT NULL,
    reason         VARCHAR(120),
    archived_at    TIMESTAMP    NOT NULL
);
CREATE INDEX archived_accounts_email ON archived_accounts (email);
