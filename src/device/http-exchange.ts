/** Owns one HTTP exchange: bounded in time and size, never redirected, never cached, never throwing. */
import type { Bytes } from '#protocol/bytes.ts';
import type { HttpAnswer, Silence } from '#wallet/ports.ts';

/** Far above any answer of ours: a portal's page must not fill the memory. */
const BODY_BYTES_MAX = 1024 * 1024;

function mediaTypeOf(headers: Headers): string {
  return (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

async function readBody(response: Response): Promise<Bytes> {
  const announced = Number(response.headers.get('content-length') ?? 0);
  if (announced > BODY_BYTES_MAX) throw new RangeError('the answer is too long');
  const body = new Uint8Array(await response.arrayBuffer());
  if (body.length > BODY_BYTES_MAX) throw new RangeError('the answer is too long');
  return body;
}

/**
 * The time covers the whole answer, since a body can hang as well as a connection. An answer cut
 * short is silence: what the server did is not known.
 */
export async function exchange(
  url: string,
  request: RequestInit,
  timeoutMs: number,
): Promise<HttpAnswer | Silence> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), timeoutMs);
  try {
    const response = await fetch(url, {
      ...request,
      // A captive portal redirects; our server never does (F37).
      redirect: 'error',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      signal: patience.signal,
    });
    const body = await readBody(response);
    const retryAfter = response.headers.get('retry-after');
    return {
      kind: 'http',
      status: response.status,
      mediaType: mediaTypeOf(response.headers),
      body,
      ...(retryAfter !== null && { retryAfter }),
    };
  } catch (error) {
    const why = patience.signal.aborted ? `no answer in ${timeoutMs} ms` : String(error);
    return { kind: 'silence', why };
  } finally {
    clearTimeout(timer);
  }
}

/** JSON of an answer, or undefined when it is none. */
export function jsonOf(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer.body));
  } catch {
    return undefined;
  }
}
