/** Owns one connection that a client keeps: of several server processes always the same one answers on it. */
import http from 'node:http';
import type { WalletResponse, WalletServer } from './server-wallet.ts';

export type KeptConnection = WalletServer & { readonly agent: http.Agent; close(): void };

/**
 * A connection that was just being handed to a process when that was killed is lost: one at most, and
 * its client has to give up by itself.
 */
const ANSWER_TIMEOUT_MS = 10_000;

type Asked = Parameters<WalletServer['inject']>[0];

function ask(agent: http.Agent, address: string, asked: Asked): Promise<WalletResponse> {
  const { method = 'GET', url, headers = {}, payload } = asked;
  const isBytes = Buffer.isBuffer(payload);
  const body = payload === undefined || isBytes ? payload : JSON.stringify(payload);
  const type: Record<string, string> =
    payload !== undefined && !isBytes ? { 'content-type': 'application/json' } : {};
  return new Promise((resolve, reject) => {
    const request = http.request(address + url, {
      method,
      agent,
      headers: { ...type, ...headers },
    });
    request.on('error', reject);
    request.setTimeout(ANSWER_TIMEOUT_MS, () => request.destroy(new Error('no answer in time')));
    request.on('response', async (response) => {
      const chunks: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const rawPayload = Buffer.concat(chunks);
        const text = rawPayload.toString('utf8');
        resolve({
          statusCode: response.statusCode ?? 0,
          headers: response.headers,
          body: text,
          rawPayload,
          json: () => JSON.parse(text),
        });
      });
    });
    request.end(body);
  });
}

/** `address` is the server's own; `origin` what the passkeys are made for. */
export function keepConnection(address: string, origin: string): KeptConnection {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  return {
    party: { rpId: 'localhost', origin },
    nowMs: () => Date.now(),
    agent,
    inject: (asked) => ask(agent, address, asked),
    close: () => agent.destroy(),
  };
}
