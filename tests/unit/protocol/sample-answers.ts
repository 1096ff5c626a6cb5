// What the server sends as JSON, one of each: what is decoded from them, fuzzed and spoiled.
import { encodeAllowance } from '#protocol/allowance.ts';
import { toBase32 } from '#protocol/base32.ts';
import { toBase64url } from '#protocol/bytes.ts';
import { KEY_ID, SAMPLE_ALLOWANCE } from './sample-allowances.ts';
import { filled } from './sample-orders.ts';

export const PROFILE = {
  account: toBase32(filled(16, 0xaa)),
  name: 'Amina’s stall',
  city: 'Mombasa',
  country: 'KE',
  category: '5499',
};

export const ACCOUNT = {
  profile: PROFILE,
  balances: [{ currency: 978, amountMinor: '1250', heldMinor: '200', owedMinor: '0' }],
  version: 3,
  frozen: false,
  sandbox: true,
};

export const ENTRY = {
  version: 3,
  currency: 978,
  amountMinor: '-1250',
  balanceMinor: '0',
  kind: 'payment',
  counterparty: toBase32(filled(16, 0xbb)),
  counterpartyName: 'Juma',
  postedAtMs: 1_767_225_600_000,
  paymentId: toBase64url(filled(32, 1)),
  requestDigest: toBase64url(filled(8, 2)),
  note: 'Tomatoes',
  tipMinor: '50',
  receipt: toBase64url(filled(9, 3)),
};

export const ISSUE = {
  version: 1,
  currency: 978,
  amountMinor: '1250',
  balanceMinor: '1250',
  kind: 'issue',
  counterparty: '',
  counterpartyName: '',
  postedAtMs: 0,
};

export const ENROLMENT = { account: ACCOUNT, device: 1, credentialId: toBase64url(filled(16, 9)) };

export const IDENTITY = {
  server: toBase32(filled(5, 0x5e)),
  epoch: 1,
  rpId: 'wallet.example',
  origins: ['https://wallet.example'],
  keys: [{ keyId: toBase64url(filled(8, 1)), point: toBase64url(filled(64, 2)), active: true }],
  nowMs: 1_767_225_600_000,
};

export const ALLOWANCE = encodeAllowance(SAMPLE_ALLOWANCE, KEY_ID, filled(64, 1));
export const GRANT = { allowance: toBase64url(ALLOWANCE), countSoft: 30 };

export const HELD = {
  id: toBase64url(filled(8, 1)),
  currency: 978,
  totalMinor: '20000',
  spentMinor: '1250',
  validUntilMs: 1_768_000_000_000,
};
export const PHONE = {
  device: 1,
  label: 'Phone',
  createdAtMs: 1_767_000_000_000,
  frozen: false,
  allowances: [HELD],
};
export const DEVICES = {
  devices: [PHONE, { ...PHONE, device: 2, frozen: true, allowances: [] }],
  stopped: false,
};

export const MOST = {
  currency: 978,
  totalMaxMinor: '20000',
  capMinor: '5000',
  guaranteeMaxMinor: '20000',
};
export const TERMS = {
  hours: 240,
  graceHours: 72,
  countSoft: 30,
  countMax: 60,
  currencies: [MOST],
};

export const GAPS = {
  gaps: [
    { device: 2, firstSeq: 3, lastSeq: 3 },
    { device: 1, firstSeq: 41, lastSeq: 52 },
  ],
};
