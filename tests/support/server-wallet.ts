/** Owns a wallet without a screen: it speaks to a running server as the app would, over its routes. */
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { type Allowance, decodeAllowance, validUntilS } from '#protocol/allowance.ts';
import { fromBase32, toBase32 } from '#protocol/base32.ts';
import { type Bytes, concatBytes, equalBytes, toBase64url } from '#protocol/bytes.ts';
import { encodeOrder, type Order, requestDigest } from '#protocol/order.ts';
import {
  ANSWER_MEDIA_TYPE,
  decodePaymentsAnswer,
  PAYMENTS_MEDIA_TYPE,
  type PaymentAnswer,
} from '#protocol/payments-answer.ts';
import { decodeReceipt, type Receipt } from '#protocol/receipt.ts';
import { encodeReoffer, type Reoffer } from '#protocol/reoffer.ts';
import { ROUTES } from '#protocol/routes.ts';
import {
  type AccountState,
  decodeAccountState,
  decodeEnrolment,
  decodeServerIdentity,
  type Enrolment,
  type ProfileForm,
  type ServerIdentity,
} from '#protocol/wire.ts';
import { decodeAllowanceGrant } from '#protocol/wire-offline.ts';
import type { Passkey } from './browser.ts';
import { type Authenticator, type Bend, createAuthenticator } from './software-authenticator.ts';

export const EUR = 978;
export const JPY = 392;

/** A payment server as a wallet sees it: in this process or in another. */
export type WalletServer = {
  readonly party: { readonly rpId: string; readonly origin: string };
  nowMs(): number;
  inject(request: {
    readonly method?: 'GET' | 'POST' | 'PUT';
    readonly url: string;
    readonly headers?: Record<string, string>;
    readonly payload?: object | Buffer;
  }): Promise<WalletResponse>;
};

export type WalletResponse = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, number | string | string[] | undefined>>;
  readonly body: string;
  readonly rawPayload: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server said
  json(): any;
};

export type ServerWallet = {
  readonly account: Bytes;
  readonly authenticator: Authenticator;
  readonly enrolment: Enrolment;
  /** As a `cookie` header. */
  readonly cookie: string;
  device: number;
  seq: number;
};

export const random = (length: number): Bytes => new Uint8Array(randomBytes(length));

function demand<T>(outcome: { ok: true; value: T } | { ok: false; refusal: unknown }): T {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusal));
  return outcome.value;
}

export function cookieOf(response: WalletResponse): string {
  const cookie = String(response.headers['set-cookie'] ?? '').split(';', 1)[0];
  if (!cookie) throw new Error(`no cookie: ${response.statusCode} ${response.body}`);
  return cookie;
}

export function post(server: WalletServer, url: string, payload: object, cookie = '') {
  return server.inject({ method: 'POST', url, payload, headers: cookie ? { cookie } : {} });
}

export const profileOf = (name: string): ProfileForm => ({
  name,
  city: 'Lisboa',
  country: 'PT',
  category: '5499',
});

export async function enrol(
  server: WalletServer,
  name: string,
  currency?: number,
): Promise<ServerWallet> {
  const authenticator = createAuthenticator(server.party);
  const options = await post(server, ROUTES.enrolmentOptions.path, { name });
  const response = await post(server, ROUTES.enrolment.path, {
    profile: profileOf(name),
    credential: authenticator.register(options.json()),
    ...(currency !== undefined && { currency }),
  });
  if (response.statusCode !== 201) throw new Error(response.body);
  const enrolment = demand(decodeEnrolment(response.json()));
  const account = fromBase32(enrolment.account.profile.account, 16);
  if (!account) throw new Error('the account id is not base32');
  const cookie = cookieOf(response);
  return { account, authenticator, enrolment, cookie, device: enrolment.device, seq: 0 };
}

export async function readIdentity(server: WalletServer): Promise<ServerIdentity> {
  const response = await server.inject({ url: ROUTES.keys.path });
  return demand(decodeServerIdentity(response.json()));
}

export async function readState(server: WalletServer, who: ServerWallet): Promise<AccountState> {
  const { cookie } = who;
  const response = await server.inject({ url: ROUTES.account.path, headers: { cookie } });
  return demand(decodeAccountState(response.json()));
}

export async function balanceOf(
  server: WalletServer,
  who: ServerWallet,
  currency = EUR,
): Promise<bigint | undefined> {
  const { balances } = await readState(server, who);
  return balances.find((balance) => balance.currency === currency)?.amountMinor;
}

export async function orderFor(
  server: WalletServer,
  payer: ServerWallet,
  payee: Bytes,
  change: Partial<Order> = {},
): Promise<Order> {
  payer.seq++;
  const nowS = Math.floor(server.nowMs() / 1000);
  return {
    server: (await readIdentity(server)).server,
    payer: payer.account,
    payee,
    amountMinor: 100n,
    currency: EUR,
    requestDigest: requestDigest(`a request to ${toBase32(payee)}`),
    once: false,
    nonce: random(16),
    device: payer.device,
    seq: payer.seq,
    authorizedAtS: nowS,
    validUntilS: nowS + 3600,
    ...change,
  };
}

/** What a wallet keeps of an allowance, with what its orders have drawn so far. */
export type WalletAllowance = {
  readonly bytes: Bytes;
  readonly allowance: Allowance;
  readonly countSoft: number;
  spentMinor: bigint;
};

export type AllowanceWish = {
  readonly amountMinor?: bigint;
  readonly currency?: number;
  readonly device?: number;
  readonly firstSeq?: number;
  readonly credentialId?: string;
};

/** The answer itself, for tests of refusals. */
export function askForAllowance(
  server: WalletServer,
  who: ServerWallet,
  wish: AllowanceWish = {},
): Promise<WalletResponse> {
  const { amountMinor = 10_000n, ...rest } = wish;
  const body = {
    device: who.device,
    credentialId: who.enrolment.credentialId,
    currency: EUR,
    firstSeq: who.seq + 1,
    ...rest,
    amountMinor: String(amountMinor),
  };
  return post(server, ROUTES.allowances.path, body, who.cookie);
}

/** Sets funds aside through the server's route, as the app does. */
export async function grantAllowance(
  server: WalletServer,
  who: ServerWallet,
  wish: AllowanceWish = {},
): Promise<WalletAllowance> {
  const response = await askForAllowance(server, who, wish);
  if (response.statusCode !== 201) throw new Error(response.body);
  const { allowance: bytes, countSoft } = demand(decodeAllowanceGrant(response.json()));
  const { allowance } = demand(decodeAllowance(bytes));
  return { bytes, allowance, countSoft, spentMinor: 0n };
}

/** An order that draws on the allowance, as an honest wallet makes it; `change` makes it otherwise. */
export async function coveredOrder(
  server: WalletServer,
  payer: ServerWallet,
  payee: Bytes,
  granted: WalletAllowance,
  change: Partial<Order> = {},
): Promise<Order> {
  const { allowance } = granted;
  const order = await orderFor(server, payer, payee, {
    currency: allowance.currency,
    validUntilS: validUntilS(allowance),
    allowance: allowance.id,
    spentBeforeMinor: granted.spentMinor,
    ...change,
  });
  granted.spentMinor += order.amountMinor;
  return order;
}

/** Its authorization, ready to be sent. */
export async function authorizeCovered(
  server: WalletServer,
  payer: ServerWallet,
  payee: ServerWallet,
  granted: WalletAllowance,
  change: Partial<Order> = {},
): Promise<Bytes> {
  const order = await coveredOrder(server, payer, payee.account, granted, change);
  return payer.authenticator.approve(encodeOrder(order));
}

export function releaseAllowance(
  server: WalletServer,
  who: ServerWallet,
  wish: { readonly device?: number; readonly currency?: number } = {},
): Promise<WalletResponse> {
  const body = { device: who.device, currency: EUR, ...wish };
  return post(server, ROUTES.allowanceRelease.path, body, who.cookie);
}

/** An authorization of a payment, ready to be sent. */
export async function authorize(
  server: WalletServer,
  payer: ServerWallet,
  payee: ServerWallet,
  change: Partial<Order> = {},
  bend: Bend = {},
): Promise<Bytes> {
  const order = await orderFor(server, payer, payee.account, change);
  return payer.authenticator.approve(encodeOrder(order), bend);
}

export function upload(server: WalletServer, items: readonly Bytes[]) {
  return server.inject({
    method: 'POST',
    url: ROUTES.payments.path,
    headers: { 'content-type': PAYMENTS_MEDIA_TYPE },
    payload: Buffer.from(concatBytes(...items)),
  });
}

/** What a phone brings back after a restore. */
export async function reoffer(
  server: WalletServer,
  pairs: readonly Reoffer[],
): Promise<readonly PaymentAnswer[]> {
  const response = await server.inject({
    method: 'POST',
    url: ROUTES.reoffers.path,
    headers: { 'content-type': PAYMENTS_MEDIA_TYPE },
    payload: Buffer.from(concatBytes(...pairs.map(encodeReoffer))),
  });
  if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${response.body}`);
  return demand(decodePaymentsAnswer(new Uint8Array(response.rawPayload)));
}

export async function settle(
  server: WalletServer,
  items: readonly Bytes[],
): Promise<readonly PaymentAnswer[]> {
  const response = await upload(server, items);
  if (response.statusCode !== 200 || response.headers['content-type'] !== ANSWER_MEDIA_TYPE) {
    throw new Error(`${response.statusCode} ${response.body}`);
  }
  return demand(decodePaymentsAnswer(new Uint8Array(response.rawPayload)));
}

/** The same passkey for a phone's own authenticator, as one that is carried from phone to phone. */
export function passkeyOf({ account, authenticator }: ServerWallet, rpId: string): Passkey {
  const { credentialId, privateKey } = authenticator;
  return {
    credentialId: Buffer.from(credentialId).toString('base64'),
    isResidentCredential: true,
    rpId,
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    userHandle: Buffer.from(account).toString('base64'),
    signCount: 0,
    backupEligibility: true,
    backupState: true,
  };
}

/** What a phone would say to a receipt: read, and signed by a published key. Throws when it would not. */
export function trustReceipt(identity: ServerIdentity, bytes: Bytes): Receipt {
  const receipt = demand(decodeReceipt(bytes));
  const key = identity.keys.find((candidate) => equalBytes(candidate.keyId, receipt.keyId));
  if (!key) throw new Error('signed by a key that is not published');
  const [x, y] = [toBase64url(key.point.subarray(0, 32)), toBase64url(key.point.subarray(32))];
  const publicKey = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  const options = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
  if (!verify('sha256', receipt.signed, options, receipt.signature)) {
    throw new Error('the receipt does not verify');
  }
  return receipt;
}

/** One payment, told as its verdict and code. */
export async function outcomeOf(server: WalletServer, item: Bytes): Promise<string> {
  const [answer] = await settle(server, [item]);
  if (!answer) return 'no answer';
  if (answer.kind === 'refusal') return `unsigned ${answer.code}`;
  const receipt = trustReceipt(await readIdentity(server), answer.receipt);
  return receipt.code === undefined ? receipt.verdict : `${receipt.verdict} ${receipt.code}`;
}
