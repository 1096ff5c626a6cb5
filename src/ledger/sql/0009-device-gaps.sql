-- To find the numbers of a device for which no payment has come. What was accepted is found through
-- the payer's entries, so that only what was not needs an index, and accepting costs nothing more.
CREATE INDEX payment_not_accepted ON payment (payer, device, seq) WHERE verdict <> 1;
