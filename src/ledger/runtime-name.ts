/**
 * Owns the name of this runtime, for the PostgreSQL driver. One without a name is asked whether it is
 * Cloudflare's by making a `Response`, which loads all of fetch: half of what the driver costs a start.
 */
if (!('navigator' in globalThis)) {
  const userAgent = `Node.js/${process.versions.node}`;
  Object.defineProperty(globalThis, 'navigator', { value: { userAgent }, configurable: true });
}

export {};
