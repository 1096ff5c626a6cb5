import { describe, expect, test } from 'vitest';
import {
  configReference,
  type Environment,
  readConfig,
  SETTINGS,
  warningsOf,
} from '#server/settings.ts';

function faultsOf(environment: Environment): string[] {
  const config = readConfig(environment);
  return config.ok ? [] : (config.refusal.detail ?? '').split('\n');
}

function configOf(environment: Environment) {
  const config = readConfig(environment);
  if (!config.ok) throw new Error(config.refusal.detail);
  return config.value;
}

describe('settings', () => {
  test('are complete without any', () => {
    expect(configOf({})).toMatchObject({
      port: 8080,
      host: 'localhost',
      origins: ['http://localhost:8080'],
      rpId: 'localhost',
      databaseUrl: undefined,
      dataDir: './data',
      sandbox: true,
      trustProxy: false,
      logLevel: 'info',
    });
  });

  test('follow from one another', () => {
    expect(configOf({ PORT: '9000' }).origins).toEqual(['http://localhost:9000']);
    const two = 'https://pay.example.org/, https://www.example.org';
    const wide = configOf({ ORIGIN: two, RP_ID: 'example.org' });
    expect(wide.origins).toEqual(['https://pay.example.org', 'https://www.example.org']);
  });

  test('give play money on the embedded database alone, unless asked', () => {
    const url = 'postgresql://user@db/ledger';
    expect(configOf({ DATABASE_URL: url }).sandbox).toBe(false);
    expect(configOf({ DATABASE_URL: url, SANDBOX: 'true' }).sandbox).toBe(true);
    expect(configOf({ SANDBOX: 'false' }).sandbox).toBe(false);
  });

  test('let enrolment vouch for names where money is play money, unless asked', () => {
    expect(configOf({}).namesVerifiedBy).toBe('enrolment');
    expect(configOf({ SANDBOX: 'false' }).namesVerifiedBy).toBe('operator');
    const asked = { SANDBOX: 'false', NAMES_VERIFIED_BY: 'enrolment' };
    expect(configOf(asked).namesVerifiedBy).toBe('enrolment');
  });

  test('that are empty count as not set', () => {
    expect(configOf({ PORT: '', SANDBOX: ' ', DATABASE_URL: '' })).toEqual(configOf({}));
  });

  test.each<[Environment, RegExp]>([
    [{ PORT: 'http' }, /^PORT: expected a whole number from 1 to 65535, but it is "http"\.$/],
    [{ PORT: '0' }, /^PORT: /],
    [{ ALLOWANCE_CAP: '5 EUR' }, /^ALLOWANCE_CAP: expected a whole number, or with exceptions/],
    [{ NAMES_VERIFIED_BY: 'me' }, /^NAMES_VERIFIED_BY: expected one of operator, enrolment/],
    [{ ALLOWANCE_COUNT_SOFT: '61' }, /^ALLOWANCE_COUNT_SOFT: at most ALLOWANCE_COUNT_MAX/],
    [
      { PAYMENTS_WAITING_MAX: '100' },
      /^PAYMENTS_WAITING_MAX: at least BATCH_ITEMS_MAX, which is 200/,
    ],
    [{ UPLOAD_BYTES_WAITING_MAX: '16384' }, /^UPLOAD_BYTES_WAITING_MAX: at least BATCH_BYTES_MAX/],
    [{ PORT: '65536' }, /^PORT: /],
    [{ PORT: '1e3' }, /^PORT: /],
    [{ ORIGIN: 'pay.example.org' }, /^ORIGIN: expected an origin such as/],
    [{ ORIGIN: 'https://pay.example.org/wallet' }, /^ORIGIN: /],
    [{ ORIGIN: 'http://pay.example.org' }, /^ORIGIN: passkeys need https/],
    [{ ORIGIN: 'http://127.0.0.1:8080' }, /^ORIGIN: passkeys need https/],
    [
      { ORIGIN: 'https://pay.example.org', RP_ID: 'example.com' },
      /^RP_ID: example\.com is neither/,
    ],
    [{ RP_ID: 'https://example.org' }, /^RP_ID: expected a host name/],
    [{ DATABASE_URL: 'mysql://x' }, /^DATABASE_URL: expected an address such as postgresql:/],
    [{ SANDBOX: 'yes' }, /^SANDBOX: expected true or false/],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL: expected one of fatal, error/],
    [{ TRUST_PROXY: 'some body' }, /^TRUST_PROXY: /],
    [{ TRUST_PROXY: 'nginx' }, /^TRUST_PROXY: /],
    [{ TRUST_PROXY: '10.0.0.300' }, /^TRUST_PROXY: /],
    [{ TRUST_PROXY: '10.0.0.0/33' }, /^TRUST_PROXY: /],
    [{ DATABASE_URL: 'postgresql://me:secret@db:port/x' }, /^DATABASE_URL: /],
  ])('that make no sense are named in plain words: %j', (environment, fault) => {
    expect(faultsOf(environment)[0]).toMatch(fault);
  });

  test('name every fault at once', () => {
    expect(faultsOf({ PORT: 'x', SANDBOX: 'x', LOG_LEVEL: 'x' })).toHaveLength(3);
  });

  test.each([
    'postgras://me:hunter2@db/x',
    'postgras://me:hunter2/@db/x',
    'postgresql://me:hunter2@db:port/x',
    'postgresql://me:hunter2@x@db:port/x',
  ])('never repeat a password: %s', (address) => {
    const said = faultsOf({ DATABASE_URL: address }).join();
    expect(said).not.toContain('hunter2');
    expect(said).toContain('DATABASE_URL');
  });

  test.each<[string, unknown]>([
    ['true', true],
    ['2', 2],
    ['loopback, 10.0.0.0/8', ['loopback', '10.0.0.0/8']],
    ['fd00::/8,::1', ['fd00::/8', '::1']],
  ])('trust proxies as told: %s', (text, value) => {
    expect(configOf({ TRUST_PROXY: text }).trustProxy).toEqual(value);
  });

  test('that leave everybody behind a proxy with one address are warned of', () => {
    const origin = { ORIGIN: 'https://pay.example.org' };
    expect(warningsOf(configOf(origin))).toEqual([expect.stringContaining('TRUST_PROXY')]);
    expect(warningsOf(configOf({ ...origin, TRUST_PROXY: '1' }))).toEqual([]);
    expect(warningsOf(configOf({}))).toEqual([]);
  });

  test('let a passkey belong to a parent domain', () => {
    const environment = { ORIGIN: 'https://pay.example.org', RP_ID: 'example.org' };
    expect(configOf(environment).rpId).toBe('example.org');
  });

  test('are all in the printed reference, with what stands unless they are set', () => {
    const reference = configReference();
    for (const { name } of Object.values(SETTINGS))
      expect(reference).toMatch(new RegExp(`^${name}$`, 'm'));
    expect(reference).not.toContain('undefined');
  });
});
