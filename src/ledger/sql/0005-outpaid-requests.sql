-- The most that was paid for a request: a covered payment of more is accepted although it was paid.
CREATE INDEX payment_request ON payment (payee, request_digest, currency, amount) WHERE verdict = 1;
