// Owns the parties of our vectors: their ids and their private keys, which are public on purpose.
import { createHash } from 'node:crypto';
import type { RelyingParty } from '#protocol/assertion.ts';
import { credentialHint } from '#protocol/authorization.ts';
import { type Bytes, toHex } from '#protocol/bytes.ts';
import { pointOf } from './deterministic-es256.ts';

/** As many bytes of SHA-256 of the words. */
export function bytesFrom(words: string, length: number): Bytes {
  return Uint8Array.from(createHash('sha256').update(words).digest().subarray(0, length));
}

export function hex(text: string): Bytes {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

export const PARTY: RelyingParty = {
  rpId: 'wallet.example',
  origins: ['https://wallet.example', 'https://pay.wallet.example'],
};

export const SERVER = bytesFrom('counterfoil test server', 5);
export const OTHER_SERVER = bytesFrom('counterfoil other test server', 5);
export const PAYER = bytesFrom('counterfoil test payer', 16);
export const PAYEE = bytesFrom('counterfoil test payee', 16);

function keyPair(name: string) {
  const secret = bytesFrom(`counterfoil test key: ${name}`, 32);
  return { name, secret, point: pointOf(secret) };
}

function passkey(name: string) {
  const credentialId = bytesFrom(`counterfoil test credential: ${name}`, 16);
  return { ...keyPair(name), credentialId };
}

function serverKey(name: string) {
  return { ...keyPair(name), keyId: bytesFrom(`counterfoil test key id: ${name}`, 8) };
}

export const PASSKEY = passkey('payer');
export const STRANGER = passkey('stranger');
export const SERVER_KEY = serverKey('server 1');
export const NEXT_SERVER_KEY = serverKey('server 2');
/** Its id begins as that of the first key does: a hint of one byte names both. */
export const TWIN_SERVER_KEY = {
  ...serverKey('server 3'),
  keyId: Uint8Array.of(
    SERVER_KEY.keyId[0] ?? 0,
    ...bytesFrom('counterfoil test key id: server 3', 7),
  ),
};
export const UNPUBLISHED_KEY = serverKey('not published');

type KeyPair = ReturnType<typeof keyPair>;

function told({ name, secret, point }: KeyPair) {
  return {
    name,
    d: toHex(secret),
    x: toHex(point.subarray(0, 32)),
    y: toHex(point.subarray(32)),
  };
}

export function makeKeys(): unknown {
  return {
    about:
      'The parties of the other files. Never use these keys: everybody has them. All bytes are hexadecimal; d is the private key, x and y the point on P-256.',
    relyingParty: PARTY,
    server: toHex(SERVER),
    payer: toHex(PAYER),
    payee: toHex(PAYEE),
    passkeys: [PASSKEY, STRANGER].map((key) => ({
      ...told(key),
      credentialId: toHex(key.credentialId),
      credentialHint: toHex(credentialHint(key.credentialId)),
    })),
    serverKeys: [SERVER_KEY, NEXT_SERVER_KEY, TWIN_SERVER_KEY].map((key) => ({
      ...told(key),
      keyId: toHex(key.keyId),
    })),
    unpublishedServerKeys: [UNPUBLISHED_KEY].map((key) => ({
      ...told(key),
      keyId: toHex(key.keyId),
    })),
  };
}
