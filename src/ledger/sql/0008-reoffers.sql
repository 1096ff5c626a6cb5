-- Payments that a restored backup did not know, brought back with the receipt that they had: why one
-- was settled although it had expired, and what its verdict must be.
CREATE TABLE reoffer (
  payment_id bytea PRIMARY KEY,
  -- Of the epoch before: signed by a key of this server, with the same verdict as the new one.
  receipt bytea NOT NULL,
  taken_at timestamptz NOT NULL
);
