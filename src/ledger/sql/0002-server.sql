-- What the payment server keeps beside the ledger: people, their passkeys and devices, its own keys.

CREATE TABLE profile (
  account bytea PRIMARY KEY REFERENCES account (id),
  display_name text NOT NULL,
  city text,
  country text,
  category text,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE credential (
  id bytea PRIMARY KEY,
  account bytea NOT NULL REFERENCES account (id),
  -- First 8 bytes of SHA-256 of the credential id, as authorizations carry it.
  hint bytea NOT NULL CHECK (octet_length(hint) = 8),
  public_key_spki bytea NOT NULL,
  cose bytea NOT NULL,
  transports text[] NOT NULL DEFAULT '{}',
  backed_up boolean NOT NULL DEFAULT false,
  -- Logged, never a gate: synced passkeys stay at 0 and outboxes deliver out of order.
  sign_count bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz
);

CREATE INDEX credential_account ON credential (account, hint);

CREATE TABLE device (
  account bytea NOT NULL REFERENCES account (id),
  number integer NOT NULL CHECK (number >= 1),
  label text NOT NULL,
  -- Highest sequence number that this device has announced or used.
  last_seq bigint NOT NULL DEFAULT 0 CHECK (last_seq >= 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account, number)
);

CREATE TABLE session (
  token_hash bytea PRIMARY KEY,
  account bytea NOT NULL REFERENCES account (id),
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX session_account ON session (account);
CREATE INDEX session_expires_at ON session (expires_at);

CREATE TABLE ceremony (
  id bytea PRIMARY KEY,
  kind text NOT NULL,
  challenge bytea NOT NULL,
  data jsonb NOT NULL DEFAULT '{}',
  expires_at timestamptz NOT NULL
);

CREATE INDEX ceremony_expires_at ON ceremony (expires_at);

CREATE TABLE server_key (
  kid bytea PRIMARY KEY CHECK (octet_length(kid) = 8),
  public_jwk jsonb NOT NULL,
  private_jwk jsonb NOT NULL,
  active boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE server_state (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  server_id bytea NOT NULL CHECK (octet_length(server_id) = 5),
  epoch integer NOT NULL DEFAULT 1 CHECK (epoch >= 1),
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Every site that passkeys have signed for: what was signed there is checked by its name for ever,
-- also after the server has moved to another.
CREATE TABLE relying_party (
  rp_id text NOT NULL,
  origin text NOT NULL,
  first_seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (rp_id, origin)
);
