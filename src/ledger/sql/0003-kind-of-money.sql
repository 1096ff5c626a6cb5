-- Whether this database holds play money. Decided by the first start, and never again.
ALTER TABLE server_state ADD COLUMN sandbox boolean;
