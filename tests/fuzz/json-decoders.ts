// The JSON that the server sends, each with what the server writes it with.
import { toBase32 } from '#protocol/base32.ts';
import { toBase64url } from '#protocol/bytes.ts';
import type { Outcome } from '#protocol/refusals.ts';
import {
  decodeAccountState,
  decodeEnrolment,
  decodePayeeProfile,
  decodeProblem,
  decodeServerIdentity,
  decodeStatement,
} from '#protocol/wire.ts';
import {
  decodeAllowanceGrant,
  decodeDeviceList,
  decodeOfflineTerms,
} from '#protocol/wire-offline.ts';
import {
  accountJson,
  enrolmentJson,
  keysJson,
  payeeJson,
  statementJson,
} from '#server/http/forms.ts';
import { deviceListJson, termsJson } from '#server/http/offline-forms.ts';
import { accepted, type Decoder, decoder, fromJson, jsonOf } from './decoder.ts';

const bytes = (length: number, byte: number) => new Uint8Array(length).fill(byte);

const PROFILE = {
  account: toBase32(bytes(16, 0xaa)),
  name: 'Amina’s stall',
  city: 'Mombasa',
  country: 'KE',
  category: '5499',
};
const ACCOUNT = {
  profile: PROFILE,
  balances: [{ currency: 978, amountMinor: '1250', heldMinor: '200', owedMinor: '0' }],
  version: 3,
  frozen: false,
  sandbox: true,
  nameCertificate: toBase64url(bytes(67, 7)),
};
const ENTRY = {
  version: 3,
  currency: 978,
  amountMinor: '-1250',
  balanceMinor: '0',
  kind: 'payment',
  counterparty: toBase32(bytes(16, 0xbb)),
  counterpartyName: 'Juma',
  postedAtMs: 1_767_225_600_000,
  paymentId: toBase64url(bytes(32, 1)),
  requestDigest: toBase64url(bytes(8, 2)),
  note: 'Tomatoes',
  tipMinor: '50',
  receipt: toBase64url(bytes(9, 3)),
};
const ISSUE = {
  version: 1,
  currency: 978,
  amountMinor: '1250',
  balanceMinor: '1250',
  kind: 'issue',
  counterparty: '',
  counterpartyName: '',
  postedAtMs: 0,
};
const KEYS = {
  server: toBase32(bytes(5, 0x5e)),
  epoch: 1,
  rpId: 'wallet.example',
  origins: ['https://wallet.example'],
  keys: [{ keyId: toBase64url(bytes(8, 1)), point: toBase64url(bytes(64, 2)), active: true }],
  nowMs: 1_767_225_600_000,
};
const HELD = {
  id: toBase64url(bytes(8, 1)),
  currency: 978,
  totalMinor: '20000',
  spentMinor: '1250',
  validUntilMs: 1_768_000_000_000,
};
const DEVICES = {
  devices: [{ device: 1, label: 'Phone', createdAtMs: 1, frozen: false, allowances: [HELD] }],
  stopped: false,
};
const MOST = {
  currency: 978,
  totalMaxMinor: '20000',
  capMinor: '5000',
  guaranteeMaxMinor: '20000',
};
const TERMS = { hours: 240, graceHours: 72, countSoft: 30, countMax: 60, currencies: [MOST] };

/** Members that are not known are left out and ids may be spelt in more than one way. */
function json<T>(
  name: string,
  sample: object,
  decode: (value: unknown) => Outcome<T>,
  write: (value: T) => object,
): Decoder {
  return decoder<T>({
    name,
    form: 'json',
    samples: [fromJson(sample)],
    decode: (input) => {
      const value = jsonOf(input);
      return value && accepted(decode(value.json));
    },
    encode: (value) => JSON.stringify(write(value)),
    lenient: true,
  });
}

export const jsonDecoders: readonly Decoder[] = [
  json('payee-json', PROFILE, decodePayeeProfile, payeeJson),
  json('account-json', ACCOUNT, decodeAccountState, accountJson),
  json(
    'statement-json',
    { entries: [ENTRY, ISSUE], version: 3, epoch: 2 },
    decodeStatement,
    statementJson,
  ),
  json(
    'enrolment-json',
    { account: ACCOUNT, device: 1, credentialId: toBase64url(bytes(16, 9)) },
    decodeEnrolment,
    enrolmentJson,
  ),
  json('keys-json', KEYS, decodeServerIdentity, keysJson),
  json(
    'allowance-json',
    { allowance: toBase64url(bytes(150, 1)), countSoft: 30 },
    decodeAllowanceGrant,
    ({ allowance, countSoft }) => ({ allowance: toBase64url(allowance), countSoft }),
  ),
  json('devices-json', DEVICES, decodeDeviceList, deviceListJson),
  json('terms-json', TERMS, decodeOfflineTerms, termsJson),
  decoder({
    name: 'problem-json',
    form: 'json',
    samples: [
      fromJson({ type: 'about:blank', title: 'No', status: 400, code: 'bytes_malformed' }),
      fromJson({ code: 'funds_short', detail: 'too little' }),
    ],
    decode: (input) => {
      const value = jsonOf(input);
      return value && (decodeProblem(value.json) ?? undefined);
    },
    encode: (refusal) => JSON.stringify(refusal),
    lenient: true,
  }),
];
