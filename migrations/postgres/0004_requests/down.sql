DROP TABLE request_approvals;
DROP TABLE request_attachments;
DROP TABLE request_messages;
DROP TABLE request_steps;
DROP TABLE request_items;
DROP TABLE requests;
