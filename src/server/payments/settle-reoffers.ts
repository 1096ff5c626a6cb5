/** Owns the way of what phones bring back after a restore: each payment gets the verdict again that it had. */
import type { Bytes } from '#protocol/bytes.ts';
import { assert } from '#protocol/refusals.ts';
import { decodeReoffer } from '#protocol/reoffer.ts';
import type { JudgeReoffer } from './judge-reoffer.ts';
import type { SettleUpload, UploadResult } from './settle-upload.ts';

export type SettleReoffers = (items: readonly Bytes[]) => Promise<UploadResult>;

/**
 * What is known is answered with its stored receipt, whatever was brought with it. Anything else needs
 * a receipt that this server signed: without one nothing is settled here.
 */
export function createSettleReoffers(settle: SettleUpload, judge: JudgeReoffer): SettleReoffers {
  return (items) => {
    const pairs = items.map(decodeReoffer);
    // No bytes are no authorization, and are refused as such, each in its place.
    const authorizations = pairs.map((pair) =>
      pair.ok ? pair.value.authorization : new Uint8Array(),
    );
    return settle(authorizations, async (place, authorization) => {
      const pair = pairs[place];
      assert(pair?.ok === true, 'what could not be read has no authorization');
      return judge(pair.value.receipt, authorization);
    });
  };
}
