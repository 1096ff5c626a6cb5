-- A promise that neither its allowance nor the account's own money could keep is evidence by itself.
ALTER TABLE double_promise
  DROP CONSTRAINT double_promise_kind_check,
  ADD CONSTRAINT double_promise_kind
    CHECK (kind IN ('same-number', 'over-total', 'beyond-funds'));

INSERT INTO double_promise
  (account, second_payment, kind, device, allowance_id, first_payment, found_at)
SELECT payer, id, 'beyond-funds', device, allowance_id, NULL, settled_at FROM payment
WHERE allowance_id IS NOT NULL AND (source = 3 OR code = 'allowance_overspent');
