// A payee without a phone in the test: a real account at the real server, its requests as text and
// as codes for a camera, its own view of balance and statement. The passkey is one in software.
import { encodeQR } from 'qr';
import { ROUTES } from '#protocol/routes.ts';
import {
  type AccountState,
  decodeAccountState,
  decodeEnrolment,
  decodeServerIdentity,
  decodeStatement,
  type Enrolment,
  type ServerIdentity,
  type StatementEntry,
} from '#protocol/wire.ts';
import { makeRequest, makeStaticRequest } from '#wallet/receive.ts';
import type { TestServer } from './payment-server.ts';
import type { Picture } from './screen-picture.ts';
import { createAuthenticator } from './software-authenticator.ts';

export const KES = 404;

export interface Asking {
  /** Absent: the payer chooses. */
  readonly amountMinor?: bigint;
  readonly currency?: number;
  /** Negative: it has expired already. */
  readonly validityMs?: number;
}

export interface Stall {
  readonly enrolment: Enrolment;
  /** A request for one sale. */
  ask(asking?: Asking): string;
  /** The text of the code on the wall. */
  printed(amountMinor?: bigint): string;
  account(): Promise<AccountState>;
  balanceMinor(currency?: number): Promise<bigint>;
  /** What was paid to it, oldest first. */
  received(): Promise<StatementEntry[]>;
}

type Outcome<T> = { ok: true; value: T } | { ok: false; refusal: unknown };

function demand<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusal));
  return outcome.value;
}

export async function readIdentity(server: TestServer): Promise<ServerIdentity> {
  const answer = await fetch(`http://localhost:${server.port}${ROUTES.keys.path}`);
  return demand(decodeServerIdentity(await answer.json()));
}

/** Talks to the server itself, past the network that the test breaks. */
export async function openStall(server: TestServer, name: string, currency = KES): Promise<Stall> {
  const base = `http://localhost:${server.port}`;
  const post = (path: string, body: object) =>
    fetch(base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const identity = await readIdentity(server);
  const passkey = createAuthenticator({ rpId: identity.rpId, origin: identity.origins[0] ?? '' });
  const options = await (await post(ROUTES.enrolmentOptions.path, { name })).json();
  const profile = { name, city: 'Kisumu', country: 'KE', category: '5411' };
  const credential = passkey.register(options);
  const enrolled = await post(ROUTES.enrolment.path, { profile, currency, credential });
  const cookie = (enrolled.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const enrolment = demand(decodeEnrolment(await enrolled.json()));
  const read = async (path: string): Promise<unknown> =>
    (await fetch(base + path, { headers: { cookie } })).json();
  const account = async () => demand(decodeAccountState(await read(ROUTES.account.path)));
  const own = enrolment.account;
  const random = {
    bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
    fraction: () => Math.random(),
  };
  return {
    enrolment,
    ask: (asking = {}) => {
      const world = { nowMs: Date.now(), random };
      return demand(makeRequest({ currency, ...asking }, own, identity, world)).text;
    },
    printed: (amountMinor) => {
      const asking = { currency, ...(amountMinor !== undefined && { amountMinor }) };
      return demand(makeStaticRequest(asking, own, identity));
    },
    account,
    balanceMinor: async (wanted = currency) => {
      const { balances } = await account();
      return balances.find((held) => held.currency === wanted)?.amountMinor ?? 0n;
    },
    received: async () => {
      const statement = demand(decodeStatement(await read(`${ROUTES.statement.path}?after=0`)));
      return statement.entries.filter(({ kind }) => kind === 'payment');
    },
  };
}

/** The text as a printed code stands before a camera. */
export function printedCode(text: string): Picture {
  const matrix = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  const scale = 4;
  const side = matrix.length * scale;
  const luma = new Uint8Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const dark = matrix[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true;
      luma[y * side + x] = dark ? 16 : 235;
    }
  }
  return { width: side, height: side, luma };
}
