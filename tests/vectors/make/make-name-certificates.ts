// Owns the vectors of name certificates: codes whose payee's name the server vouches for, and codes that only seem so.
import { toHex } from '#protocol/bytes.ts';
import {
  type CertifiedName,
  nameCertificateOf,
  nameOfRequest,
  nameSignedBytes,
} from '#protocol/name-certificate.ts';
import { readPaymentRequest } from '#protocol/payment-request.ts';
import { mirrored } from './deterministic-es256.ts';
import { certificateOf, codeWith, NAME, resealed, TODAY } from './name-parts.ts';
import {
  NEXT_SERVER_KEY,
  OTHER_SERVER,
  PAYER,
  SERVER_KEY,
  TWIN_SERVER_KEY,
  UNPUBLISHED_KEY,
} from './test-keys.ts';

/** What a payer's phone finds. */
export type NameFinding = 'verified' | 'absent' | 'unknown-key' | 'forged' | 'expired';

const plain = codeWith(undefined);
const typical = codeWith(certificateOf());
const ASCII = { merchantName: 'CAFE BENTO', city: 'LISBOA', countryCode: 'PT' };

/** The certificate with its signature replaced. */
function signedBy(signature: Uint8Array): Uint8Array {
  return Uint8Array.of(...certificateOf().subarray(0, 3), ...signature);
}

const SIGNATURE = certificateOf().subarray(3);

const VERIFIED: readonly (readonly [string, string, string, typeof SERVER_KEY])[] = [
  ['typical', 'a code for one sale', typical, SERVER_KEY],
  [
    'static',
    'a printed code, all in QR’s alphanumeric characters',
    codeWith(certificateOf({ name: 'CAFE BENTO', city: 'LISBOA', country: 'PT' }), {
      ...ASCII,
      requestId: undefined,
      validUntilS: undefined,
    } as object),
    SERVER_KEY,
  ],
  [
    'longest',
    'a name of 25 characters and a city of 15',
    codeWith(
      certificateOf({ name: 'ŻÓŁĆ '.repeat(5).trim().padEnd(25, 'Ź'), city: 'Ł'.repeat(15) }),
      {
        merchantName: 'ŻÓŁĆ '.repeat(5).trim().padEnd(25, 'Ź'),
        city: 'Ł'.repeat(15),
      },
    ),
    SERVER_KEY,
  ],
  [
    'next-key',
    'signed with the server’s other key',
    codeWith(certificateOf({}, NEXT_SERVER_KEY)),
    NEXT_SERVER_KEY,
  ],
  [
    'twin-key',
    'a key hint that two keys have: both are tried',
    codeWith(certificateOf({}, TWIN_SERVER_KEY)),
    TWIN_SERVER_KEY,
  ],
  ['last-day', 'on its last day', codeWith(certificateOf({ lastDay: TODAY })), SERVER_KEY],
  [
    'day-65535',
    'to the last day that it can say',
    codeWith(certificateOf({ lastDay: 0xffff })),
    SERVER_KEY,
  ],
  [
    'mirrored',
    'the first one’s other signature',
    codeWith(signedBy(mirrored(SIGNATURE))),
    SERVER_KEY,
  ],
  [
    'other-amount',
    'amount, purpose and time are not what is certified',
    codeWith(certificateOf(), { amountMinor: 1n, additional: { purpose: 'TEA' } }),
    SERVER_KEY,
  ],
  [
    'lower-case',
    'in lower case, which Crockford’s base32 allows',
    resealed(typical, (text) => text.replace(/8077.*$/, (part) => part.toLowerCase())),
    SERVER_KEY,
  ],
];

const changed = (changes: Partial<CertifiedName>) => codeWith(certificateOf(changes));
const second = (text: string) => text.indexOf('8177');

const NOT_VERIFIED: readonly (readonly [string, string, string, NameFinding])[] = [
  ['absent', 'a code without a certificate', plain, 'absent'],
  [
    'foreign-templates',
    'templates 80 and 81 of somebody else',
    resealed(typical, (text) =>
      text.replaceAll(/(8[01]770015)APP.COUNTERFOIL/g, '$1ORG.SOMEBODY.EL'),
    ),
    'absent',
  ],
  [
    'bare-values',
    'bare values in 80 and 81',
    resealed(plain, (text) => `${text}8003ABC8103DEF`),
    'absent',
  ],
  [
    'first-half',
    'the first half alone',
    resealed(typical, (text) => text.slice(0, second(text))),
    'forged',
  ],
  [
    'second-half',
    'the second half alone',
    resealed(typical, (text) => text.replace(/8077.{77}/, '')),
    'forged',
  ],
  [
    'halves-swapped',
    'the halves in each other’s place',
    resealed(typical, (text) =>
      text.replace('8077', '8X77').replace('8177', '8077').replace('8X77', '8177'),
    ),
    'forged',
  ],
  [
    'half-short',
    'a character short',
    resealed(typical, (text) => text.replace(/8177(.*)0154.(.*)$/, '8176$10153$2')),
    'forged',
  ],
  [
    'not-base32',
    'a character that base32 has not',
    resealed(typical, (text) => text.replace(/0154.(?=[^]{53}$)/, '0154U')),
    'forged',
  ],
  [
    'stray-bits',
    'bits beyond its bytes',
    resealed(typical, (text) => text.replace(/.$/, 'Z')),
    'forged',
  ],
  [
    'unpublished-key',
    'signed with a key not known',
    codeWith(certificateOf({}, UNPUBLISHED_KEY)),
    'unknown-key',
  ],
  ['expired', 'the day after its last', changed({ lastDay: TODAY - 1 }), 'expired'],
  ['other-name', 'of another name', changed({ name: 'AMINA’S STALLS' }), 'forged'],
  ['other-city', 'of another city', changed({ city: 'NAIROBI' }), 'forged'],
  ['other-country', 'of another country', changed({ country: 'TZ' }), 'forged'],
  ['other-category', 'of another category', changed({ category: '5411' }), 'forged'],
  ['other-payee', 'copied into the code of another account', changed({ payee: PAYER }), 'forged'],
  [
    'other-server',
    'copied into the code of another server',
    codeWith(certificateOf(), { server: OTHER_SERVER }),
    'unknown-key',
  ],
  ['name-spelling', 'the name in another spelling', changed({ name: 'Amina’s stall' }), 'forged'],
  [
    'day-raised',
    'its last day put off',
    codeWith(Uint8Array.of(...certificateOf().subarray(0, 2), 0xff, ...SIGNATURE)),
    'forged',
  ],
  [
    'hint-changed',
    'naming the other key',
    codeWith(Uint8Array.of(NEXT_SERVER_KEY.keyId[0] ?? 0, ...certificateOf().subarray(1))),
    'forged',
  ],
  ['signature-zero', 'a signature of zeros', codeWith(signedBy(new Uint8Array(64))), 'forged'],
];

function told(id: string, text: string) {
  const request = readPaymentRequest(text);
  if (!request.ok) throw new Error(`${id}: ${request.refusal.code}`);
  const certificate = nameCertificateOf(request.value);
  if (!certificate || certificate === 'malformed') throw new Error(`${id}: no certificate`);
  const name = nameOfRequest(request.value, certificate);
  if (!name) throw new Error(`${id}: no name`);
  return { certificate, name };
}

export function makeNameCertificates(): unknown {
  return {
    about:
      'Payment requests with a certificate of the payee’s name, judged on day `today` (days since 1970-01-01, UTC) by a phone that knows the server and the serverKeys of keys.json. Every text is a request that can be paid; finding is what to say of its name. signed is what the signature is over.',
    today: TODAY,
    entries: [
      ...VERIFIED.map(([id, description, text, key]) => {
        const { certificate, name } = told(id, text);
        const { server, payee, ...words } = name;
        return {
          id,
          description,
          finding: 'verified',
          text,
          keyHint: certificate.keyHint,
          name: { server: toHex(server), payee: toHex(payee), ...words },
          keyId: toHex(key.keyId),
          signed: toHex(nameSignedBytes(name, key.keyId)),
          signature: toHex(certificate.signature),
        };
      }),
      ...NOT_VERIFIED.map(([id, description, text, finding]) => ({
        id,
        description,
        finding,
        text,
      })),
    ],
  };
}
