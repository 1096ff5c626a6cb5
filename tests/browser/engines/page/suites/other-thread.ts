// The wallet's other thread, as the service worker is: it does what its page asks and says when it is done.
import { createChangeNotice } from '#device/change-notice.ts';
import { openWalletDatabase, SCHEMA_VERSION } from '#device/database.ts';
import { createOutboxLock } from '#device/outbox-lock.ts';
import { createPaymentStore } from '#device/payment-store.ts';
import { codeOf } from '../../../../unit/device/expectations.ts';
import { filled, samplePayment } from '../../../../unit/wallet/samples.ts';

/** For as long as this thread lives. */
const forEver = () => new Promise<never>(() => undefined);

const WORKS = {
  /** Another payment with the number that the page is about to use. */
  async promise(name: string): Promise<string> {
    const store = createPaymentStore(openWalletDatabase({ name }));
    const other = { nonce: filled(16, 9), requestDigest: filled(8, 9) };
    return codeOf(await store.promise(samplePayment(1, other)));
  },
  holdLock: (name: string) =>
    new Promise<string>((resolve) => {
      void createOutboxLock({ name }).run(() => {
        resolve('held');
        return forEver();
      });
    }),
  async tell(): Promise<string> {
    createChangeNotice().changed('payments', 'outbox');
    return 'told';
  },
  /** A connection that gives way to nobody. */
  holdConnection: (name: string) =>
    new Promise<string>((resolve, reject) => {
      const opening = indexedDB.open(name, SCHEMA_VERSION);
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => resolve('held');
    }),
};

export type Work = keyof typeof WORKS;

addEventListener('message', async ({ data }: MessageEvent<{ work: Work; name: string }>) => {
  postMessage(await WORKS[data.work](data.name));
});
