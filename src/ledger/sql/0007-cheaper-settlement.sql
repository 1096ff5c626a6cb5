-- Settling touches fewer rows and one index less. No rule changes.

-- Of the newest entry in this currency; the account's version is the highest of its balances'. So a
-- payment updates one row of each account, and its account row is only locked.
ALTER TABLE balance ADD COLUMN version bigint NOT NULL DEFAULT 0 CHECK (version >= 0);

UPDATE balance b SET version = newest.version
FROM (SELECT account, currency, max(version) AS version FROM entry GROUP BY account, currency) newest
WHERE newest.account = b.account AND newest.currency = b.currency;

ALTER TABLE account DROP COLUMN version;

-- What a request was paid with before it was paid by the payment that it is marked with, the most in
-- each currency: a covered payment of more is accepted although it was paid.
CREATE TABLE outpaid_request (
  payee bytea NOT NULL,
  request_digest bytea NOT NULL,
  currency integer NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  PRIMARY KEY (payee, request_digest, currency)
);

INSERT INTO outpaid_request (payee, request_digest, currency, amount)
SELECT p.payee, p.request_digest, p.currency, max(p.amount)
FROM paid_request r JOIN payment p ON p.payee = r.payee AND p.request_digest = r.request_digest
WHERE p.verdict = 1 AND p.id <> r.payment_id
GROUP BY p.payee, p.request_digest, p.currency;

DROP INDEX payment_request;

-- Numbers are drawn in blocks: each value stands for itself and the 1023 after it.
ALTER SEQUENCE transfer_number INCREMENT BY 1024;
