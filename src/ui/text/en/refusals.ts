/** Owns the English words for every refusal: what happened to the money, and what to do next. */
import type { AskedTexts, RefusalTexts } from '../refusal-text.ts';

const safe = 'No money has moved.';
const again = 'Try again.';
const askNewCode = 'Ask for a new code.';
const keeps = 'The payment stays on this phone and is offered again.';
const support = 'If it stays like this, show this slip to support.';
const newer = 'Update the app, then look again.';

export const enRefusals: RefusalTexts = {
  payment_expired: {
    what: `The promise arrived after its last date. ${safe}`,
    next: 'Pay again if you still owe it.',
  },
  own_account: {
    what: `This is your own code. ${safe}`,
    next: 'Scan the code of the other person.',
  },
  payee_unknown: {
    what: `The server knows no such payee. ${safe}`,
    next: 'Check the code with the person you are paying.',
  },
  payer_frozen: {
    what: `Your wallet is frozen. ${safe}`,
    next: 'Ask support why before you pay again.',
  },
  payee_frozen: {
    what: `The payee’s wallet is frozen. ${safe}`,
    next: 'Pay in another way.',
  },
  amount_zero: { what: `The amount is zero. ${safe}`, next: 'Enter an amount.' },
  amount_too_large: {
    what: `The amount is larger than this wallet can pay. ${safe}`,
    next: 'Enter a smaller amount.',
  },
  currency_unknown: {
    what: `The server does not know this currency. ${safe}`,
    next: 'Ask for a code in a currency you hold.',
  },
  currency_not_held: {
    what: `You hold no money in this currency. ${safe}`,
    next: 'Ask for a code in a currency you hold.',
  },
  request_already_paid: {
    what: 'This request was paid before, by you or by somebody else. This payment moved no money.',
    next: 'Ask the payee; if more is owed, they make a new code.',
  },
  insufficient_funds: {
    what: `Your balance did not cover it. ${safe}`,
    next: 'Put money in, or pay a smaller amount.',
  },
  balance_overflow: {
    what: `The payee’s wallet cannot hold more. ${safe}`,
    next: 'Pay in another way.',
  },
  valid_too_long: {
    what: `The promise claimed to be good for too long. ${safe}`,
    next: 'Check the date of your phone, then pay again.',
  },
  allowance_overspent: {
    what: 'Your phone promised more than was set aside, and the guarantee for it is used up. No money has moved.',
    next: 'Pay what you owe in another way, and talk to support.',
  },

  bytes_malformed: { what: `This cannot be read. ${safe}`, next: askNewCode },
  bytes_not_canonical: { what: `This was not written by a wallet. ${safe}`, next: askNewCode },
  bytes_too_long: { what: `This is too long to be a payment. ${safe}`, next: askNewCode },
  version_unknown: { what: `This was made by a newer app. ${safe}`, next: newer },
  wrong_server: {
    what: `This code belongs to another payment server. ${safe}`,
    next: 'Pay with a wallet of that server.',
  },
  payer_unknown: { what: `The server does not know your wallet. ${keeps}`, next: support },
  credential_unknown: {
    what: `The server does not know this passkey. ${keeps}`,
    next: 'Sign in again with a passkey of this wallet.',
  },
  credential_revoked: {
    what: `This passkey has been switched off. ${safe}`,
    next: 'Sign in with another passkey and pay again.',
  },
  device_unknown: {
    what: `The server does not know this phone. ${keeps}`,
    next: 'Sign in again on this phone.',
  },
  restored_lately: {
    what: `The server was restored from a backup and may have forgotten what became of this payment, so it does not refuse it yet. ${keeps}`,
    next: 'Whoever has a receipt of it should open their wallet with a network. A month after the restore it is decided in any case.',
  },
  id_conflict: { what: `The server knows this slip with other contents. ${keeps}`, next: support },

  assertion_type: { what: `The approval is of the wrong kind. ${safe}`, next: again },
  assertion_challenge: { what: `The approval is for another payment. ${safe}`, next: again },
  assertion_origin: {
    what: `The approval was made on another site. ${safe}`,
    next: 'Open this wallet at its own address and try again.',
  },
  assertion_cross_origin: {
    what: `The approval was made inside another site. ${safe}`,
    next: 'Open this wallet by itself and try again.',
  },
  assertion_relying_party: {
    what: `The approval belongs to another service. ${safe}`,
    next: 'Open this wallet at its own address and try again.',
  },
  assertion_user_presence: { what: `Nobody touched the phone. ${safe}`, next: again },
  assertion_user_verification: {
    what: `The phone did not check your fingerprint, face or PIN. ${safe}`,
    next: 'Set a screen lock, then try again.',
  },
  assertion_backup_flags: {
    what: `This passkey contradicts itself. ${safe}`,
    next: 'Use another passkey.',
  },
  assertion_algorithm: {
    what: `This passkey signs in a way the server cannot check. ${safe}`,
    next: 'Use another passkey.',
  },
  assertion_signature: { what: `The signature does not match. ${safe}`, next: again },

  receipt_not_this_server: {
    what: 'This receipt is from another server. It proves nothing here.',
    next: 'Ask the other person to show it again.',
  },
  receipt_altered: {
    what: 'This receipt has been changed. It proves nothing.',
    next: 'Do not hand anything over for it.',
  },
  receipt_other_payment: {
    what: 'This receipt is for another payment.',
    next: 'Ask for the receipt of this payment.',
  },

  not_guaranteed: {
    what: 'No money is set aside for this payment: it is a promise, and may still be refused.',
    next: 'Hand over goods only if you trust the payer, or wait until it is accepted.',
  },
  server_key_unknown: {
    what: 'It is signed with a key that this phone does not know. Nothing has been kept.',
    next: 'Go online once so that this phone learns the server’s keys, then scan again.',
  },
  allowance_altered: {
    what: 'This code has been changed or is not from your server. Nothing has been kept.',
    next: 'Do not hand over goods for it; ask for another payment.',
  },
  counterfoil_expired: {
    what: 'The guarantee for this payment has ended. No money is certain.',
    next: 'Ask the payer to go online and pay again.',
  },
  counterfoil_over_cap: {
    what: 'It is more than one payment may be without a network. No money is certain.',
    next: 'Ask for smaller payments, or go online together.',
  },
  counterfoil_over_total: {
    what: 'The payer’s reserve does not cover it. No money is certain.',
    next: 'Ask for a smaller payment, or go online together.',
  },
  counterfoil_over_count: {
    what: 'The payer has made too many payments without a network. No money is certain.',
    next: 'Ask the payer to go online, then to pay again.',
  },
  counterfoil_other_payee: {
    what: 'This payment is to somebody else. Nothing has been kept.',
    next: 'Show your own code and ask for a payment of it.',
  },
  counterfoil_other_request: {
    what: 'This payment answers another request than yours. Nothing has been kept.',
    next: 'Ask the payer to scan the code you show now.',
  },
  counterfoil_other_amount: {
    what: 'This payment is not of the amount you asked for. Nothing has been kept.',
    next: 'Show a new code and ask for a payment of it.',
  },
  counterfoil_seen: {
    what: 'Another payment with this number was taken on this phone before. Nothing more has been kept.',
    next: 'Do not hand over goods for it; ask for a new payment.',
  },
  clock_doubtful: {
    what: 'The clocks of the two phones disagree, so the guarantee cannot be dated.',
    next: 'Check date and time on both phones, then scan again.',
  },
  allowances_stopped: {
    what: 'Your account promised more than it had, so no money is set aside any more.',
    next: 'Paying online still works. Talk to support.',
  },
  device_frozen: {
    what: 'This phone was reported lost, so no money is set aside for it.',
    next: 'If you have it back, sign out of it in its settings, then sign in again.',
  },
  device_behind: {
    what: 'This phone was put back to an older state: it has paid more often than it knows. Nothing is set aside for it.',
    next: 'Sign out of this phone in the settings, then sign in again: it counts as a new phone.',
  },
  allowances_too_many: {
    what: 'Money is set aside on as many phones as one account may have. Nothing has changed.',
    next: 'Under “My devices”, report those as lost that you no longer have.',
  },
  funds_short: {
    what: 'Your balance does not cover it. Nothing has changed.',
    next: 'Choose a smaller amount, or put money in.',
  },

  text_empty: { what: `There is nothing to read. ${safe}`, next: 'Scan or paste a code.' },
  text_too_long: { what: `This is too long to be a code. ${safe}`, next: askNewCode },
  text_unknown: {
    what: `This is not a payment code. ${safe}`,
    next: 'Scan the code that the payee shows for Counterfoil.',
  },
  qr_structure: { what: `This code is damaged. ${safe}`, next: askNewCode },
  qr_crc: {
    what: `This code is damaged: its check digits do not match. ${safe}`,
    next: 'Scan it once more, or ask for a new one.',
  },
  qr_presence: { what: `A needed part of this code is missing. ${safe}`, next: askNewCode },
  qr_limit: { what: `A part of this code is too long. ${safe}`, next: askNewCode },
  qr_value: { what: `A part of this code cannot be true. ${safe}`, next: askNewCode },
  scheme_not_supported: {
    what: `This code belongs to another payment system. ${safe}`,
    next: 'Ask for a Counterfoil code, or pay with the app it belongs to.',
  },
  amount_malformed: { what: `The amount cannot be read. ${safe}`, next: askNewCode },
  amount_decimals: {
    what: `The amount has more decimals than its currency. ${safe}`,
    next: askNewCode,
  },
  fee_malformed: { what: `The tip or fee in the code cannot be read. ${safe}`, next: askNewCode },
  scheme_currency: {
    what: `The code asks for a currency its own system does not use. ${safe}`,
    next: askNewCode,
  },
  not_a_payment_request: {
    what: `This proves a payment; it does not ask for one. ${safe}`,
    next: 'Ask for a code to pay.',
  },
  request_payee_malformed: { what: `The code does not say who is paid. ${safe}`, next: askNewCode },
  request_server_malformed: {
    what: `The code does not name its payment server. ${safe}`,
    next: askNewCode,
  },
  request_id_malformed: {
    what: `The number of this request cannot be read. ${safe}`,
    next: askNewCode,
  },
  request_validity_malformed: {
    what: `The last date of this request cannot be read. ${safe}`,
    next: askNewCode,
  },
  link_malformed: { what: `This link asks for no payment. ${safe}`, next: 'Ask for a new link.' },
  request_expired: { what: `This request is too old to be paid. ${safe}`, next: askNewCode },
  wrong_currency: {
    what: `The code asks for a currency you do not hold. ${safe}`,
    next: 'Ask for a code in a currency you hold.',
  },

  outbox_full: {
    what: `Too many payments wait for the network. ${safe}`,
    next: 'Find a network first; the waiting ones then leave by themselves.',
  },
  already_paying: {
    what: 'You have promised this very request already. It will not be paid twice.',
    next: 'Look at its slip.',
  },
  over_balance: {
    what: `This is more than you have left. ${safe}`,
    next: 'Pay less, or wait for money to arrive.',
  },
  store_unreadable: {
    what: 'The phone’s storage cannot be read now. What is in it is not lost.',
    next: 'Close other tabs of this wallet and open it again. Do not clear its data.',
  },
  store_not_saved: {
    what: `The payment could not be saved, so nothing was promised. ${safe}`,
    next: 'Free some space on the phone and try again.',
  },
  sequence_taken: { what: `Another tab paid at the same moment. ${safe}`, next: again },
  cancel_too_late: {
    what: 'Sending the promise was tried already: it may have reached the server and can no longer be withdrawn.',
    next: 'Wait for its receipt. If it is accepted, ask the payee to pay back.',
  },
  approval_cancelled: {
    what: `You did not approve, or the phone did not answer. ${safe}`,
    next: 'Your entry is kept. Try again when you are ready.',
  },
  no_account: {
    what: `There is no wallet on this phone yet. ${safe}`,
    next: 'Open a wallet first.',
  },

  not_signed_in: {
    what: 'The server asks who you are. Payments on their way are not affected.',
    next: 'Sign in with your passkey.',
  },
  forbidden: { what: 'This is not allowed for your wallet.', next: support },
  not_found: { what: 'There is nothing here.', next: 'Go back and try another way.' },
  method_not_allowed: { what: 'The server does not offer this.', next: newer },
  input_invalid: { what: 'Something entered is not valid.', next: 'Check it and try again.' },
  body_too_large: { what: 'Too much was sent at once.', next: newer },
  media_type: { what: 'The server does not read this kind of data.', next: newer },
  request_timeout: { what: 'The connection is slow. Nothing is lost.', next: keeps },
  batch_too_large: { what: 'Too many payments were sent at once.', next: keeps },
  ceremony_unknown: { what: 'This took too long and has ended.', next: 'Start again.' },
  passkey_rejected: {
    what: 'The passkey was not accepted.',
    next: 'Try again, or use another one.',
  },
  name_taken: { what: 'This name is taken.', next: 'Choose another name.' },
  too_many_requests: {
    what: 'Too many tries in a short time. Nothing is lost.',
    next: 'Wait a minute; the app goes on by itself.',
  },
  overloaded: {
    what: 'The server is busy. Nothing is lost.',
    next: 'The app tries again by itself.',
  },
  unavailable: {
    what: 'The server cannot be reached now. Nothing is lost.',
    next: 'The app tries again by itself when there is a network.',
  },
  internal: { what: 'Something broke at the server. Nothing is lost.', next: support },
};

export const enAsked: AskedTexts = {
  unavailable: {
    what: `The server cannot be reached now. ${safe}`,
    next: 'Try again when there is a network.',
  },
  overloaded: { what: `The server is busy. ${safe}`, next: 'Try again in a minute.' },
  request_timeout: {
    what: `The connection is slow, and no answer came. ${safe}`,
    next: 'Try again where the network is better.',
  },
  too_many_requests: {
    what: `Too many tries in a short time. ${safe}`,
    next: 'Wait a minute, then try again.',
  },
  internal: {
    what: `Something broke at the server. ${safe}`,
    next: 'Try again; if it stays like this, talk to support.',
  },
  credential_unknown: {
    what: `The server knows no wallet with this passkey. ${safe}`,
    next: 'Sign in with another passkey, or open a wallet.',
  },
  credential_revoked: {
    what: `This passkey has been switched off. ${safe}`,
    next: 'Sign in with another passkey.',
  },
  store_not_saved: {
    what: `This phone could not keep it. ${safe}`,
    next: 'Free some space on the phone and try again.',
  },
  approval_cancelled: {
    what: `You did not approve, or the phone did not answer. ${safe}`,
    next: 'Try again when you are ready.',
  },
};
