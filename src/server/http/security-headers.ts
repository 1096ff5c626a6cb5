/** Owns the headers that tell a browser what this site's pages may not do. */
import type { FastifyReply } from 'fastify';

export type SecurityHeaders = Readonly<Record<string, string>>;

/** For what is data: nothing may load, run or frame it. */
export const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

/** Features this wallet never uses are off; camera, passkeys, wake lock and sharing are its own. */
const PERMISSIONS = [
  'camera=(self)',
  'publickey-credentials-create=(self)',
  'publickey-credentials-get=(self)',
  'screen-wake-lock=(self)',
  'clipboard-write=(self)',
  'accelerometer=()',
  'display-capture=()',
  'geolocation=()',
  'gyroscope=()',
  'microphone=()',
  'midi=()',
  'payment=()',
  'usb=()',
].join(', ');

/** One year, as ASVS 5.0 §3.4.1 asks at least. Only where the site is reached by https at all. */
const HSTS = 'max-age=31536000; includeSubDomains';

export function securityHeaders(mainOrigin: string): SecurityHeaders {
  return {
    'content-security-policy': DATA_POLICY,
    // What people read here is theirs: ASVS 5.0 §14.3.2. Files of the wallet say otherwise.
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    ...(mainOrigin.startsWith('https:') && { 'strict-transport-security': HSTS }),
  };
}

/** For what a browser shows as a page. On a slow network nothing else should have to carry them. */
export const DOCUMENT_HEADERS: SecurityHeaders = {
  'permissions-policy': PERMISSIONS,
  'cross-origin-opener-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

export function setHeaders(reply: FastifyReply, headers: SecurityHeaders): void {
  for (const [name, value] of Object.entries(headers)) reply.header(name, value);
}
