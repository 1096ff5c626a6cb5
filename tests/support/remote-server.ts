/** Owns the way to a payment server in another process, for wallets without a screen. */
import type { WalletServer } from './server-wallet.ts';

export function connectTo(address: string, origin = address): WalletServer {
  return {
    party: { rpId: 'localhost', origin },
    nowMs: () => Date.now(),
    async inject({ method = 'GET', url, headers = {}, payload }) {
      const isBytes = Buffer.isBuffer(payload);
      const response = await fetch(address + url, {
        method,
        headers: { ...(payload && !isBytes && { 'content-type': 'application/json' }), ...headers },
        body:
          payload === undefined
            ? null
            : isBytes
              ? new Uint8Array(payload)
              : JSON.stringify(payload),
      });
      const rawPayload = Buffer.from(await response.arrayBuffer());
      const body = rawPayload.toString('utf8');
      return {
        statusCode: response.status,
        headers: Object.fromEntries(response.headers),
        body,
        rawPayload,
        json: () => JSON.parse(body),
      };
    },
  };
}
