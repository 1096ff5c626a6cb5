-- Double entry. Keys begin with the account wherever rows belong to one, so that they can be
-- distributed by it; payments are found by their id alone. No triggers, no foreign keys between
-- rows of different accounts: who writes a transfer holds the locks of both accounts' rows.

CREATE TABLE account (
  id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
  kind text NOT NULL CHECK (kind IN ('person', 'issuer', 'system')),
  frozen boolean NOT NULL DEFAULT false,
  -- Of the newest entry, over all currencies. Counted up under this row's lock, without gaps, so
  -- that it is a cursor which no late commit can slip behind.
  version bigint NOT NULL DEFAULT 0 CHECK (version >= 0),
  created_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

CREATE TABLE balance (
  account bytea NOT NULL REFERENCES account (id),
  currency integer NOT NULL CHECK (currency BETWEEN 0 AND 999),
  balance bigint NOT NULL,
  -- The issuer's balance is what is in circulation, as a debt.
  may_go_negative boolean NOT NULL DEFAULT false,
  PRIMARY KEY (account, currency),
  CONSTRAINT balance_not_negative CHECK (balance >= 0 OR may_go_negative)
) WITH (fillfactor = 50);

CREATE TABLE entry (
  account bytea NOT NULL,
  version bigint NOT NULL CHECK (version >= 1),
  currency integer NOT NULL,
  amount bigint NOT NULL CHECK (amount <> 0),
  balance_after bigint NOT NULL,
  transfer_id bigint NOT NULL,
  -- Null when money was issued, which no payer signs for.
  payment_id bytea,
  counterparty bytea NOT NULL CHECK (counterparty <> account),
  posted_at timestamptz NOT NULL,
  PRIMARY KEY (account, version)
);

-- Names transfers; says nothing about their order, and gaps in it mean nothing.
CREATE SEQUENCE transfer_number AS bigint;

CREATE TABLE payment (
  id bytea PRIMARY KEY CHECK (octet_length(id) = 32),
  -- As it was first sent: the order's bytes and the signature over them.
  authorization_bytes bytea NOT NULL,
  payer bytea NOT NULL,
  payee bytea NOT NULL,
  currency integer NOT NULL,
  amount bigint NOT NULL CHECK (amount >= 0),
  request_digest bytea NOT NULL,
  device integer NOT NULL,
  seq bigint NOT NULL,
  -- 1 accepted, 2 refused, 3 expired: final.
  verdict smallint NOT NULL CHECK (verdict BETWEEN 1 AND 3),
  code text,
  transfer_id bigint,
  receipt bytea NOT NULL,
  settled_at timestamptz NOT NULL,
  CONSTRAINT payment_verdict CHECK (
    (verdict = 1) = (code IS NULL) AND (verdict = 1) = (transfer_id IS NOT NULL)
  ),
  CONSTRAINT payment_moves_money CHECK (verdict <> 1 OR (amount > 0 AND payer <> payee))
);

-- A request made for one sale is paid at most once, by whomever.
CREATE TABLE paid_request (
  payee bytea NOT NULL,
  request_digest bytea NOT NULL,
  payment_id bytea NOT NULL,
  PRIMARY KEY (payee, request_digest)
);

-- Money that came into being here; its id makes a repeated command harmless.
CREATE TABLE issue (
  id bytea PRIMARY KEY CHECK (octet_length(id) = 16),
  account bytea NOT NULL,
  currency integer NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  transfer_id bigint NOT NULL,
  issued_at timestamptz NOT NULL
);

INSERT INTO account (id, kind) VALUES ('\x00000000000000000000000000000000', 'issuer');
