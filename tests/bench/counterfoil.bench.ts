// A counterfoil in one QR code: how many bytes each part takes, and how long a payee's phone judges it.
import { encodeQR } from 'qr';
import { toBase32 } from '#protocol/base32.ts';
import { toBase64url } from '#protocol/bytes.ts';
import { type Cbor, decodeCbor, encodeCbor, splitCborSequence } from '#protocol/cbor.ts';
import { COUNTERFOIL_FRAME_BYTES_MAX, counterfoilToQrText } from '#protocol/counterfoil.ts';
import { serveLab } from '../browser/workers/scanner-lab.ts';
import { startPhone } from '../support/browser.ts';
import { COVERED, counterfoilOf } from '../vectors/make/counterfoil-parts.ts';
import { pointOf } from '../vectors/make/deterministic-es256.ts';
import { bytesFrom, PARTY, PASSKEY, PAYEE, SERVER, SERVER_KEY } from '../vectors/make/test-keys.ts';
import type { BenchLine, Measure } from './section.ts';

const COUNTERFOILS = 200;
const WARM_UP = 20;

function itemsOf(bytes: Uint8Array): readonly Cbor[] {
  const read = decodeCbor(bytes);
  return read.ok && Array.isArray(read.value) ? read.value : [];
}

const sizeOf = (...items: readonly (Cbor | undefined)[]) =>
  items.reduce<number>((total, item) => total + encodeCbor(item ?? null).length, 0);

/** The version of the QR code with error correction M that shows it. */
function versionOf(bytes: Uint8Array): number {
  const border = 1;
  const matrix = encodeQR(counterfoilToQrText(bytes), 'raw', { ecc: 'medium', border });
  return (matrix.length - 2 * border - 17) / 4;
}

/** Its bytes by part, each with the head that says what it is. */
function breakdown(bytes: Uint8Array): readonly (readonly [string, number])[] {
  const split = splitCborSequence(bytes, 2);
  const [authorization = bytes, cover = bytes] = split.ok ? split.value : [];
  const [order, hint, authenticator, clientData, approval] = itemsOf(authorization);
  const [keyHint, point, total, cap, count, place, from, hours, signature] = itemsOf(cover);
  return [
    ['order', sizeOf(order)],
    ['hint of the credential', sizeOf(hint)],
    ['authenticator', sizeOf(authenticator)],
    ['client data', sizeOf(clientData)],
    ['signature of the passkey', sizeOf(approval)],
    ['hint of the server’s key', sizeOf(keyHint)],
    ['allowance: point of the passkey', sizeOf(point)],
    ['allowance: limits', sizeOf(total, cap, count, place)],
    ['allowance: dates', sizeOf(from, hours)],
    ['signature of the server', sizeOf(signature)],
    ['heads of the two arrays', 2],
  ];
}

function sizes(): BenchLine[] {
  const typical = counterfoilOf();
  const longest = counterfoilOf({ order: { note: '😀'.repeat(40) } });
  const parts = breakdown(typical);
  if (parts.reduce((total, [, size]) => total + size, 0) !== typical.length) {
    throw new Error('the parts are not the whole');
  }
  return [
    ...parts.map(([what, measured]): BenchLine => ({ what, measured, unit: 'B' })),
    { what: 'typical, whole', measured: typical.length, unit: 'B', goal: 319 },
    { what: 'typical, version of its QR code', measured: versionOf(typical), unit: '', goal: 13 },
    {
      what: 'with the longest note, whole',
      measured: longest.length,
      unit: 'B',
      goal: COUNTERFOIL_FRAME_BYTES_MAX,
    },
    {
      what: 'with the longest note, version',
      measured: versionOf(longest),
      unit: '',
      goal: 17,
    },
  ];
}

/** Each of another payer: a phone meets a passkey's key for the first time. */
function counterfoils(): string[] {
  return Array.from({ length: COUNTERFOILS }, (_, index) => {
    const secret = bytesFrom(`payer ${index}`, 32);
    const key = { ...PASSKEY, secret, point: pointOf(secret) };
    const making = { order: { nonce: bytesFrom(`nonce ${index}`, 16) }, ceremony: { key } };
    return counterfoilToQrText(counterfoilOf({ ...making, allowance: { point: key.point } }));
  });
}

function at(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? null;
}

export const measure: Measure = async () => {
  const lab = await serveLab(new URL('counterfoil-lab', import.meta.url));
  const phone = await startPhone();
  try {
    const page = await phone.context.newPage();
    await page.goto(`http://localhost:${lab.port}/`);
    await page.waitForFunction(() => 'counterfoilLab' in window);
    const { whole, bare } = await page.evaluate((given) => window.counterfoilLab.time(given), {
      texts: counterfoils(),
      server: toBase64url(SERVER),
      payee: toBase32(PAYEE),
      digest: toBase64url(COVERED.requestDigest),
      nowMs: COVERED.authorizedAtS * 1000,
      keyId: toBase64url(SERVER_KEY.keyId),
      point: toBase64url(SERVER_KEY.point),
      party: PARTY,
    });
    const [times, bareTimes] = [whole.slice(WARM_UP), bare.slice(WARM_UP)];
    return {
      title: `Counterfoil: its bytes, and the payee’s verdict ${times.length} times`,
      lines: [
        ...sizes(),
        {
          what: 'code’s text → verdict, half of all',
          measured: at(times, 0.5),
          unit: 'ms',
          goal: 5,
        },
        { what: 'code’s text → verdict, 99 of 100', measured: at(times, 0.99), unit: 'ms' },
        { what: 'one signature alone, half of all', measured: at(bareTimes, 0.5), unit: 'ms' },
        { what: 'one signature alone, 99 of 100', measured: at(bareTimes, 0.99), unit: 'ms' },
      ],
    };
  } finally {
    await phone.close();
    await lab.close();
  }
};
