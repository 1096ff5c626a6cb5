// The JSON that the server sends, each with what the server writes it with.
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
  decodeDeviceGaps,
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
import {
  ACCOUNT,
  DEVICES,
  ENROLMENT,
  ENTRY,
  GAPS,
  GRANT,
  IDENTITY,
  ISSUE,
  PROFILE,
  TERMS,
} from '../unit/protocol/sample-answers.ts';
import { filled } from '../unit/protocol/sample-orders.ts';
import { accepted, type Decoder, decoder, fromJson, jsonOf } from './decoder.ts';

const CERTIFIED = { ...ACCOUNT, nameCertificate: toBase64url(filled(67, 7)) };

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
  json('account-json', CERTIFIED, decodeAccountState, accountJson),
  json(
    'statement-json',
    { entries: [ENTRY, ISSUE], version: 3, epoch: 2 },
    decodeStatement,
    statementJson,
  ),
  json('enrolment-json', { ...ENROLMENT, account: CERTIFIED }, decodeEnrolment, enrolmentJson),
  json('keys-json', IDENTITY, decodeServerIdentity, keysJson),
  json('allowance-json', GRANT, decodeAllowanceGrant, ({ allowance, countSoft }) => ({
    allowance: toBase64url(allowance),
    countSoft,
  })),
  json('devices-json', DEVICES, decodeDeviceList, deviceListJson),
  json('gaps-json', GAPS, decodeDeviceGaps, (value) => value),
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
