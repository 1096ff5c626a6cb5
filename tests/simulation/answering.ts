// What the server says of an upload, item by item: whatever came there whole is judged, whoever its neighbours are.
import { type Bytes, equalBytes } from '#protocol/bytes.ts';
import { splitCborSequence } from '#protocol/cbor.ts';
import { ANSWER_MEDIA_TYPE, decodePaymentsAnswer } from '#protocol/payments-answer.ts';
import { type RefusalCode, statusOf } from '#protocol/refusals.ts';
import type { HttpAnswer } from '#wallet/ports.ts';
import { must } from './broken.ts';

const PIECES_MAX = 10_000;

/** A server that was restored knows nothing of who came after its backup, and a revoked passkey signs nothing. */
const OF_THE_PAYER: ReadonlySet<RefusalCode> = new Set([
  'payer_unknown',
  'device_unknown',
  'credential_unknown',
  'credential_revoked',
]);

/** Nothing that it may have accepted before is refused by a server that was restored, for some time. */
const WHEN_RESTORED: RefusalCode = 'restored_lately';

/** F46: `sent` is what phones signed, `body` what arrived of it. */
export function checkItems(
  sent: readonly Bytes[],
  body: Bytes,
  answer: HttpAnswer,
  wasRestored: boolean,
): void {
  if (answer.status >= 500 || answer.mediaType !== ANSWER_MEDIA_TYPE) return;
  const pieces = splitCborSequence(body, PIECES_MAX);
  const answers = decodePaymentsAnswer(answer.body);
  if (!pieces.ok || !answers.ok) return;
  must(pieces.value.length === answers.value.length, 'F46', 'an item got no answer');
  for (const [place, piece] of pieces.value.entries()) {
    const item = answers.value[place];
    if (item?.kind !== 'refusal' || !sent.some((bytes) => equalBytes(bytes, piece))) continue;
    const isPassing = statusOf(item.code) >= 500 || statusOf(item.code) === 429;
    const isOpen = wasRestored && item.code === WHEN_RESTORED;
    must(
      isPassing || isOpen || OF_THE_PAYER.has(item.code),
      'F46',
      `a whole payment is refused: ${item.code}`,
    );
  }
}
