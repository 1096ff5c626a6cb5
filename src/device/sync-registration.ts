/** Owns asking the browser for a background sync of the outbox: a hint that may be refused or never come. */

/** The one tag: tags fire in no order, so there is nothing to gain from a second. */
export const OUTBOX_SYNC_TAG = 'outbox';

/** What the page has of its ServiceWorkerRegistration; `sync` is missing in Firefox and Safari. */
export type SyncHost = {
  readonly sync?: { register(tag: string): Promise<void> };
};

/**
 * Call it in the page, at enqueue, before the first fetch: a worker without a window may not.
 * Answers whether the browser agreed; never throws, and nothing may wait for it.
 */
export async function registerOutboxSync(ready: Promise<SyncHost>): Promise<boolean> {
  try {
    const { sync } = await ready;
    if (!sync) return false;
    await sync.register(OUTBOX_SYNC_TAG);
    return true;
  } catch {
    return false;
  }
}
