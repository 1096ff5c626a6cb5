import { describe, expect, test } from 'vitest';
import { createRequestIds, urnOfRequest } from '#server/http/request-id.ts';
import type { TrustProxy } from '#server/settings.ts';

const SAID = '5f0c7a52-94f5-4d3f-8b44-2f0d3f3f0a11';
const idFor = (
  trustProxy: TrustProxy,
  said: string | string[] | undefined,
  remoteAddress: string,
) => createRequestIds(trustProxy)({ headers: { 'x-request-id': said }, socket: { remoteAddress } });

describe('the name of a request', () => {
  test.each<[TrustProxy, string, boolean]>([
    [false, '127.0.0.1', false],
    [true, '198.51.100.7', true],
    [0, '127.0.0.1', false],
    [1, '198.51.100.7', true],
    [['loopback'], '127.0.0.1', true],
    [['loopback'], '::1', true],
    [['loopback'], '::ffff:127.0.0.1', true],
    [['loopback'], '198.51.100.7', false],
    [['uniquelocal'], '192.168.4.4', true],
    [['linklocal'], 'fe80::1', true],
    [['10.0.0.0/8'], '10.9.9.9', true],
    [['10.0.0.0/8'], '11.0.0.1', false],
    [['fd00::/8', '203.0.113.9'], '203.0.113.9', true],
    [['fd00::/8', '203.0.113.9'], 'fd12::1', true],
    [['fd00::/8', '203.0.113.9'], '203.0.113.10', false],
    [['loopback'], '', false],
  ])('is the proxy’s only if the proxy is trusted: %j, %s', (trustProxy, address, isTaken) => {
    expect(idFor(trustProxy, SAID, address) === SAID).toBe(isTaken);
  });

  test.each([
    undefined,
    '',
    'a',
    `${SAID}\n`,
    `${SAID}"`,
    `${SAID}0`,
    SAID.replace('-', ''),
    'x'.repeat(36),
    'g'.repeat(32),
  ])('is made here when what the proxy says is not well-formed: %j', (said) => {
    const id = idFor(true, said, '127.0.0.1');
    expect(id).not.toBe(said);
    expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  test('may be written without hyphens, as nginx does, and is a URN with them', () => {
    const bare = SAID.replaceAll('-', '');
    expect(idFor(1, bare, '127.0.0.1')).toBe(bare);
    expect(urnOfRequest(bare)).toBe(`urn:uuid:${SAID}`);
    expect(urnOfRequest(SAID)).toBe(`urn:uuid:${SAID}`);
  });

  test('is another for every request', () => {
    const ids = Array.from({ length: 100 }, () => idFor(false, undefined, '127.0.0.1'));
    expect(new Set(ids).size).toBe(100);
  });
});
