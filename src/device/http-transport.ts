/** Owns carrying authorizations to the server by fetch; whatever comes back, it never throws. */
import { type Bytes, concatBytes } from '#protocol/bytes.ts';
import { ANSWER_MEDIA_TYPE, PAYMENTS_MEDIA_TYPE } from '#protocol/payments-answer.ts';
import { ROUTES } from '#protocol/routes.ts';
import type { Transport } from '#wallet/ports.ts';
import { fetchIdentity } from './account-api.ts';
import { exchange } from './http-exchange.ts';

/** `origin` is for tests outside a browser; pages and workers use their own. */
export function createHttpTransport(origin = ''): Transport {
  const postTo =
    ({ method, path }: typeof ROUTES.payments | typeof ROUTES.reoffers) =>
    (items: readonly Bytes[], timeoutMs: number) =>
      exchange(
        origin + path,
        {
          method,
          body: concatBytes(...items),
          headers: { 'content-type': PAYMENTS_MEDIA_TYPE, accept: ANSWER_MEDIA_TYPE },
          // The signed payment authorizes itself: no session is sent, so none can run out (F79).
          credentials: 'omit',
          // A page that is closed now may still deliver; the answer is then read another time.
          keepalive: true,
        },
        timeoutMs,
      );
  return {
    postPayments: postTo(ROUTES.payments),
    postReoffers: postTo(ROUTES.reoffers),
    readIdentity: (timeoutMs) => fetchIdentity(origin, timeoutMs),
  };
}
