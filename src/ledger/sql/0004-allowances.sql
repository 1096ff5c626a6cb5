-- Offline payments: funds set aside for one device, and the operator's guarantee behind them.

ALTER TABLE balance
  -- Set aside for the account's open allowances: the sum of what is unspent of them.
  ADD COLUMN held bigint NOT NULL DEFAULT 0,
  -- Advanced by the operator, who paid in the account's place, and not given back yet.
  ADD COLUMN owed bigint NOT NULL DEFAULT 0,
  ADD CONSTRAINT balance_held CHECK (held >= 0 AND (held <= balance OR may_go_negative)),
  ADD CONSTRAINT balance_owed CHECK (owed >= 0);

-- After a double promise: no new allowances until the operator allows them again.
ALTER TABLE account ADD COLUMN allowances_stopped boolean NOT NULL DEFAULT false;
ALTER TABLE device ADD COLUMN frozen_at timestamptz;
ALTER TABLE profile ADD COLUMN verified_at timestamptz;

CREATE TABLE allowance (
  account bytea NOT NULL REFERENCES account (id),
  id bytea NOT NULL CHECK (octet_length(id) = 8),
  device integer NOT NULL,
  -- The passkey whose orders it covers.
  credential bytea NOT NULL,
  currency integer NOT NULL,
  total bigint NOT NULL CHECK (total > 0),
  cap bigint NOT NULL CHECK (cap > 0),
  count_max integer NOT NULL CHECK (count_max > 0),
  first_seq bigint NOT NULL CHECK (first_seq > 0),
  valid_from timestamptz NOT NULL,
  valid_until timestamptz NOT NULL CHECK (valid_until > valid_from),
  -- Paid from what it holds.
  spent bigint NOT NULL DEFAULT 0,
  -- Paid under it from any source: above the total it was promised twice.
  drawn bigint NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
  closed_reason text
    CHECK (closed_reason IN ('replaced', 'released', 'expired', 'frozen', 'stopped')),
  closed_at timestamptz,
  -- COSE_Sign1, as the device got it.
  signed bytea NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (account, id),
  CONSTRAINT allowance_spent CHECK (spent >= 0 AND spent <= total AND drawn >= spent),
  CONSTRAINT allowance_closed CHECK (
    (state = 'closed') = (closed_reason IS NOT NULL) AND (state = 'closed') = (closed_at IS NOT NULL)
  )
);

CREATE UNIQUE INDEX allowance_open ON allowance (account, device, currency) WHERE state = 'open';
CREATE INDEX allowance_valid_until ON allowance (valid_until) WHERE state = 'open';

ALTER TABLE payment
  -- The allowance that covers the order, whatever became of the payment.
  ADD COLUMN allowance_id bytea,
  -- What a covered payment was paid from: 1 the allowance, 2 the balance, 3 the guarantee.
  ADD COLUMN source smallint CHECK (source BETWEEN 1 AND 3),
  ADD CONSTRAINT payment_source CHECK (
    (source IS NOT NULL) = (verdict = 1 AND allowance_id IS NOT NULL)
  );

CREATE INDEX payment_number ON payment (payer, device, seq) WHERE allowance_id IS NOT NULL;
CREATE INDEX payment_allowance ON payment (payer, allowance_id) WHERE allowance_id IS NOT NULL;

-- The operator paid in the account's place: guarantee account to payer, before payer to payee.
CREATE TABLE advance (
  account bytea NOT NULL,
  payment_id bytea NOT NULL,
  currency integer NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  transfer_id bigint NOT NULL,
  advanced_at timestamptz NOT NULL,
  PRIMARY KEY (account, payment_id)
);

CREATE TABLE repayment (
  account bytea NOT NULL,
  transfer_id bigint NOT NULL,
  currency integer NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  repaid_at timestamptz NOT NULL,
  PRIMARY KEY (account, transfer_id)
);

-- Evidence: both signed orders stand in payment, whatever became of them.
CREATE TABLE double_promise (
  account bytea NOT NULL,
  second_payment bytea NOT NULL,
  kind text NOT NULL CHECK (kind IN ('same-number', 'over-total')),
  device integer NOT NULL,
  allowance_id bytea NOT NULL,
  -- The order that had the number first. Null when it was all of them together.
  first_payment bytea,
  found_at timestamptz NOT NULL,
  PRIMARY KEY (account, second_payment, kind),
  CONSTRAINT double_promise_first CHECK ((kind = 'same-number') = (first_payment IS NOT NULL))
);

INSERT INTO account (id, kind) VALUES ('\x00000000000000000000000000000001', 'system');
