/** Owns a picture shared into the app by another: laid aside for the scan screen, which takes it away. */

/** The one POST that the worker answers. */
export const SHARE_PATH = '/share-target';
const SCAN_URL = '/scan?shared=1';
/** Where the scan screen looks; see `ui/shared-picture.ts`. */
const SHARED_CACHE = 'shared';
const SHARED_PICTURE_URL = '/shared-picture';

export function isShare(request: Pick<Request, 'method' | 'url'>, origin: string): boolean {
  const url = new URL(request.url);
  return request.method === 'POST' && url.origin === origin && url.pathname === SHARE_PATH;
}

async function layAside(request: Request): Promise<void> {
  const form = await request.formData();
  for (const value of form.values()) {
    if (!(value instanceof File) || value.size === 0) continue;
    const headers = { 'content-type': value.type || 'application/octet-stream' };
    const cache = await caches.open(SHARED_CACHE);
    await cache.put(SHARED_PICTURE_URL, new Response(value, { headers }));
    return;
  }
}

/** Ends at the scan screen in any case, which says so when there is no picture. */
export async function receiveShare(request: Request): Promise<Response> {
  try {
    await layAside(request);
  } catch {
    // A form that cannot be read, or no room: the screen says that the picture did not arrive.
  }
  return Response.redirect(SCAN_URL, 303);
}
