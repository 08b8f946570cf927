DROP TABLE parent_approvals;
