/** Owns fetching the picture that another app shared with this one; the service worker laid it into a cache. */

export const SHARED_CACHE = 'shared';
export const SHARED_PICTURE_URL = '/shared-picture';

/** Takes it out: a reload must not read it again. Null when there is none. */
export async function takeSharedPicture(): Promise<Blob | null> {
  try {
    const cache = await caches.open(SHARED_CACHE);
    const answer = await cache.match(SHARED_PICTURE_URL);
    if (!answer) return null;
    const picture = await answer.blob();
    await cache.delete(SHARED_PICTURE_URL);
    return picture;
  } catch {
    return null;
  }
}
