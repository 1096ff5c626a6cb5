/** Owns the name of a request: made here, or by a trusted proxy in front, so that both logs say the same. */
import { randomUUID } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import type { TrustProxy } from '../settings.ts';

export const REQUEST_ID_HEADER = 'x-request-id';

/** A UUID, or its digits alone as nginx's $request_id: nothing that could break a line of the log. */
const WELL_FORMED = /^[0-9a-f]{8}(-?)(?:[0-9a-f]{4}\1){3}[0-9a-f]{12}$/i;

/** The same words as for X-Forwarded-For. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

const familyOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4');

function peersTrusted(trustProxy: TrustProxy): (address: string) => boolean {
  if (typeof trustProxy === 'boolean') return () => trustProxy;
  if (typeof trustProxy === 'number') return () => trustProxy > 0;
  const list = new BlockList();
  for (const range of trustProxy.flatMap((part) => NAMED[part] ?? [part])) {
    const [address = '', prefix] = range.split('/');
    const family = familyOf(address);
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => address !== '' && list.check(address, familyOf(address));
}

export type NamedRequest = {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket: { readonly remoteAddress?: string | undefined };
};

export function createRequestIds(trustProxy: TrustProxy): (request: NamedRequest) => string {
  const isTrusted = peersTrusted(trustProxy);
  return ({ headers, socket }) => {
    const said = headers[REQUEST_ID_HEADER];
    const isTaken =
      typeof said === 'string' && WELL_FORMED.test(said) && isTrusted(socket.remoteAddress ?? '');
    return isTaken ? said : randomUUID();
  };
}

/** RFC 9562 §4: a URN has the hyphens. */
export function urnOfRequest(id: string): string {
  const [, a, b, c, d, e] = /^(.{8})-?(.{4})-?(.{4})-?(.{4})-?(.{12})$/.exec(id) ?? [];
  return `urn:uuid:${[a, b, c, d, e].join('-')}`;
}
