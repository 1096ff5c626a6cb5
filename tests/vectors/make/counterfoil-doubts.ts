// Owns the counterfoils of our vectors that read well and are not to be believed, or not guaranteed.
import { concatBytes } from '#protocol/bytes.ts';
import { type Cbor, decodeCbor } from '#protocol/cbor.ts';
import { compressPoint } from '#protocol/p256-point.ts';
import type { RefusalCode } from '#protocol/refusals.ts';
import { ALLOWANCE, payloadWith, signedAllowance, signedPayload } from './allowance-parts.ts';
import { ASKED, coveredClientData as json, type Making } from './counterfoil-parts.ts';
import { clientData } from './make-authorizations.ts';
import {
  bytesFrom,
  NEXT_SERVER_KEY,
  OTHER_SERVER,
  STRANGER,
  UNPUBLISHED_KEY,
} from './test-keys.ts';

const SIGNATURE = signedAllowance().signature;
const END_S = ALLOWANCE.validFromS + ALLOWANCE.hours * 3600;

/** One bit of a signature changed. */
const bent = (signature: Uint8Array) =>
  concatBytes(signature.subarray(0, 63), Uint8Array.of((signature[63] ?? 0) ^ 1));

function nameSignature(): Cbor {
  const read = decodeCbor(
    signedPayload(payloadWith({}), 'application/counterfoil-payee-name+cbor'),
  );
  return ((read.ok ? read.value : []) as readonly Cbor[])[3] ?? null;
}

export const NOT_BELIEVED: readonly (readonly [string, string, RefusalCode, Making])[] = [
  [
    'other-server',
    'of another server',
    'wrong_server',
    { order: { server: OTHER_SERVER }, allowance: { server: OTHER_SERVER } },
  ],
  [
    'other-payee',
    'to somebody else',
    'counterfoil_other_payee',
    { order: { payee: bytesFrom('somebody else', 16) } },
  ],
  [
    'unpublished-key',
    'signed with a key not known',
    'server_key_unknown',
    { key: UNPUBLISHED_KEY },
  ],
  ['hint-changed', 'naming no key', 'server_key_unknown', { cover: { 0: 0 } }],
  [
    'hint-of-other-key',
    'naming the other key',
    'allowance_altered',
    { cover: { 0: NEXT_SERVER_KEY.keyId[0] ?? 0 } },
  ],
  [
    'other-passkey',
    'the point of a stranger, who approves it',
    'allowance_altered',
    { ceremony: { key: STRANGER }, cover: { 1: compressPoint(STRANGER.point) } },
  ],
  ['total-raised', 'the total raised', 'allowance_altered', { cover: { 2: 20_001 } }],
  ['cap-raised', 'the cap raised', 'allowance_altered', { cover: { 3: 20_000 } }],
  ['count-raised', 'the count raised', 'allowance_altered', { cover: { 4: 61 } }],
  ['place-moved', 'another place', 'allowance_altered', { cover: { 5: 1 } }],
  [
    'from-moved',
    'another beginning',
    'allowance_altered',
    { cover: { 6: ALLOWANCE.validFromS + 1 } },
  ],
  ['hours-raised', 'an hour more', 'allowance_altered', { cover: { 7: 241 } }],
  [
    'signature-bit',
    'one bit of its signature changed',
    'allowance_altered',
    { cover: { 8: bent(SIGNATURE) } },
  ],
  [
    'signature-zero',
    'a signature of zeros',
    'allowance_altered',
    { cover: { 8: new Uint8Array(64) } },
  ],
  [
    'name-statement',
    'signed as a payee’s name',
    'allowance_altered',
    { cover: { 8: nameSignature() } },
  ],
  [
    'other-payer',
    'of somebody else’s',
    'allowance_altered',
    { order: { payer: bytesFrom('x', 16) } },
  ],
  ['other-device', 'of another device’s', 'allowance_altered', { order: { device: 2 } }],
  [
    'other-currency',
    'of one in another currency',
    'allowance_altered',
    { order: { currency: 756 } },
  ],
  [
    'other-allowance',
    'of another one',
    'allowance_altered',
    { order: { allowance: bytesFrom('x', 8) } },
  ],
  [
    'hint-of-stranger',
    'approved with another passkey of the account',
    'allowance_altered',
    { ceremony: { key: STRANGER } },
  ],
  [
    'approval-of-stranger',
    'an allowance that names a stranger’s passkey, and the payer’s approval',
    'assertion_signature',
    { allowance: { point: STRANGER.point } },
  ],
  [
    'type-create',
    'an enrolment, not an approval',
    'assertion_type',
    { ceremony: { json: json({ type: 'webauthn.create' }) } },
  ],
  [
    'other-challenge',
    'approved for another payment',
    'assertion_challenge',
    { ceremony: { json: clientData({ more: ',"x":1' }) } },
  ],
  [
    'other-origin',
    'approved on another site',
    'assertion_origin',
    { ceremony: { json: json({ origin: 'https://evil.example' }) } },
  ],
  [
    'cross-origin',
    'approved in a frame',
    'assertion_cross_origin',
    { ceremony: { json: json({}).replace('false', 'true') } },
  ],
  [
    'other-rp',
    'for another relying party',
    'assertion_relying_party',
    { ceremony: { rpId: 'evil.example' } },
  ],
  ['not-present', 'nobody present', 'assertion_user_presence', { ceremony: { flags: 0x04 } }],
  ['not-verified', 'nobody verified', 'assertion_user_verification', { ceremony: { flags: 0x01 } }],
  [
    'backup-flags',
    'backed up, not eligible',
    'assertion_backup_flags',
    { ceremony: { flags: 0x15 } },
  ],
  [
    'other-request',
    'for another request',
    'counterfoil_other_request',
    { order: { requestDigest: bytesFrom('another request', 8) } },
  ],
  [
    'less',
    'of less than was asked',
    'counterfoil_other_amount',
    { order: { amountMinor: ASKED.amountMinor - 1n } },
  ],
  [
    'less-with-tip',
    'of what was asked only with its tip',
    'counterfoil_other_amount',
    { order: { amountMinor: ASKED.amountMinor, tipMinor: 1n } },
  ],
  [
    'asked-in-euros',
    'in another currency than was asked',
    'counterfoil_other_amount',
    { order: { currency: 756 }, allowance: { currency: 756 } },
  ],
  [
    'spent-unsaid',
    'that does not say what was spent before',
    'not_guaranteed',
    { order: { spentBeforeMinor: undefined } },
  ],
  [
    'over-cap',
    'of more than one payment may be',
    'counterfoil_over_cap',
    { order: { amountMinor: 5_001n } },
  ],
  [
    'over-total',
    'of more than is left',
    'counterfoil_over_total',
    { order: { spentBeforeMinor: 20_001n - 1_250n } },
  ],
  [
    'over-count',
    'the first beyond its count',
    'counterfoil_over_count',
    { order: { seq: ALLOWANCE.firstSeq + ALLOWANCE.countMax } },
  ],
  [
    'outlives',
    'valid a second longer than its allowance',
    'counterfoil_expired',
    { order: { validUntilS: END_S + 1 } },
  ],
];
