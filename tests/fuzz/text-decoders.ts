// Everything that is read from a text: codes, links, ids and amounts, each with what writes it again.
import { formatMinor, parseAmountText } from '#protocol/amount.ts';
import { authorizationFromQrText, authorizationToQrText } from '#protocol/authorization.ts';
import { fromBase32, toBase32 } from '#protocol/base32.ts';
import { fromBase45, toBase45 } from '#protocol/base45.ts';
import { fromBase64url, toBase64url } from '#protocol/bytes.ts';
import { gather, PART_PREFIX, readPart, splitIntoParts } from '#protocol/code-parts.ts';
import { counterfoilFromQrText, counterfoilToQrText } from '#protocol/counterfoil.ts';
import { type LengthUnit, readRun, writeObject } from '#protocol/emvco.ts';
import { readForeignCode } from '#protocol/foreign-codes.ts';
import { nameCertificateOf, nameOfRequest } from '#protocol/name-certificate.ts';
import { codeInFragment, isPayLink, payLink, readPayLink } from '#protocol/pay-link.ts';
import { readPaymentRequest } from '#protocol/payment-request.ts';
import { receiptFromQrText, receiptToQrText } from '#protocol/receipt.ts';
import { readScannedText } from '#protocol/scanned-text.ts';
import { inspectionJson, inspectLine } from '#server/inspect-line.ts';
import { accepted, type Decoder, decoder, fromText, textOf } from './decoder.ts';
import { carriedTexts, foreignRequestTexts, ownRequestTexts } from './vector-samples.ts';

const ORIGIN = 'https://wallet.example';
const samples = (...texts: readonly string[]) => texts.map(fromText);
/** Enough of them: the committed corpus adds what more of them would have reached. */
const someCarried = carriedTexts.filter((_, index) => index % 12 === 0);
const partTexts = splitIntoParts(`CFC:${'0123456789ABCDEF'.repeat(40)}`);
const foreignTexts = [
  'upi://pay?pa=a@b',
  'BCD\n002\n1\nSCT',
  'SPC\r\n0200',
  'SPD*1.0*ACC:CZ58',
  'K:PR|V:01|C:1',
  'ST00012|Name=a',
  'bitcoin:bc1q?amount=1',
  'lnbc20m1pvjluezpp5qqqsyq',
  '$wallet.example/ada',
  'taler://pay/example',
  '{"TYP":20,"v":{"DEV":"x"},"ic":{"IDC":"y"}}',
  'hQVDUFYwMWE=',
  '|0994000165501\r1',
];
const linkTexts = [
  payLink(ORIGIN, ownRequestTexts[0] ?? ''),
  `web+counterfoil://pay?r=${encodeURIComponent(ownRequestTexts[1] ?? '')}`,
  payLink(ORIGIN, payLink(ORIGIN, ownRequestTexts[0] ?? '')),
  `${ORIGIN}/pay?a=b&r=%F0%9F%98%80+x#y`,
  `${ORIGIN}/x#${foreignRequestTexts[0]}`,
];

const alphabets: readonly Decoder[] = [
  decoder({
    name: 'base45',
    form: 'text',
    samples: samples('', 'QED8WEX0', 'BB8', 'UJCLQE7W581', 'GGW', ':::', '%69 VD92EX0'),
    decode: (input) => fromBase45(textOf(input)) ?? undefined,
    encode: toBase45,
  }),
  decoder({
    name: 'base64url',
    form: 'text',
    samples: samples('', 'AA', '_-8', 'AAAA', 'SGVsbG8'),
    decode: (input) => fromBase64url(textOf(input)) ?? undefined,
    encode: toBase64url,
  }),
  decoder({
    name: 'base32',
    form: 'text',
    samples: samples('0123456789ABCDEFGHJKMNPQRM', 'oil0123456789abcdefghjkmn0'),
    decode: (input) => fromBase32(textOf(input), 16) ?? undefined,
    encode: toBase32,
    lenient: true,
  }),
  decoder({
    name: 'amount-text',
    form: 'text',
    samples: samples('98.73', '98', '98.', '0.00', '5.000', '90071992547409.91', '007'),
    decode: (input) => accepted(parseAmountText(textOf(input), 2)),
    encode: (minor) => formatMinor(minor, 2),
    lenient: true,
  }),
];

const carried: readonly Decoder[] = [
  decoder({
    name: 'carried-code',
    form: 'text',
    samples: samples(...someCarried),
    decode: (input) => {
      const text = textOf(input);
      const readings = [
        { bytes: accepted(authorizationFromQrText(text)), write: authorizationToQrText },
        { bytes: accepted(counterfoilFromQrText(text)), write: counterfoilToQrText },
        { bytes: accepted(receiptFromQrText(text)), write: receiptToQrText },
      ];
      return readings.find(({ bytes }) => bytes !== undefined);
    },
    encode: ({ bytes, write }) => write(bytes ?? new Uint8Array(0)),
  }),
  decoder({
    name: 'code-part',
    form: 'text',
    samples: samples(...partTexts, ...splitIntoParts('CFR:A')),
    decode: (input) => {
      const part = readPart(textOf(input));
      return part ? { part, gathered: gather(undefined, part) } : undefined;
    },
    encode: ({ part }) => `${PART_PREFIX}${part.set}:${part.place}:${part.count}:${part.text}`,
  }),
  decoder({
    name: 'pay-link',
    form: 'text',
    samples: samples(...linkTexts),
    decode: (input) => {
      const text = textOf(input);
      codeInFragment(text);
      return isPayLink(text) ? accepted(readPayLink(text)) : undefined;
    },
    // Half a character has no place in a link.
    encode: (request) => payLink(ORIGIN, textOf(fromText(request))),
    lenient: true,
  }),
  decoder({
    name: 'foreign-code',
    form: 'text',
    samples: samples(...foreignTexts),
    decode: (input) => readForeignCode(textOf(input)),
  }),
];

const emvRun = (unit: LengthUnit): Decoder =>
  decoder({
    name: `emv-objects-in-${unit}`,
    form: 'emv',
    samples: samples(...foreignRequestTexts.slice(0, 20)),
    decode: (input) => {
      const run = readRun(textOf(input), unit);
      return run.fault === undefined ? run.objects : undefined;
    },
    ...(unit === 'characters' && {
      encode: (objects: readonly { readonly id: string; readonly value: string }[]) =>
        objects.map(({ id, value }) => writeObject(id, value)).join(''),
    }),
  });

const requests: readonly Decoder[] = [
  emvRun('characters'),
  emvRun('bytes'),
  decoder({
    name: 'payment-request',
    form: 'emv',
    samples: samples(...ownRequestTexts, ...foreignRequestTexts),
    decode: (input) => {
      const reading = readPaymentRequest(textOf(input));
      if (!reading.ok) return undefined;
      const certificate = nameCertificateOf(reading.value);
      const isThere = typeof certificate === 'object';
      return { request: reading.value, name: isThere && nameOfRequest(reading.value, certificate) };
    },
    // What the payer approves is bound to the text exactly as it was read.
    encode: ({ request }) => request.text,
  }),
];

const anyText = samples(
  ...someCarried,
  ...partTexts,
  ...linkTexts,
  ...foreignTexts,
  ...ownRequestTexts.slice(0, 6),
  ...foreignRequestTexts.filter((_, index) => index % 6 === 0),
);

const wholeTexts: readonly Decoder[] = [
  decoder({
    name: 'scanned-text',
    form: 'emv',
    samples: anyText,
    decode: (input) => readScannedText(textOf(input)),
  }),
  decoder({
    name: 'inspected-line',
    form: 'emv',
    samples: anyText,
    // What the support desk's programs read must be JSON.
    decode: (input) => JSON.parse(inspectionJson(inspectLine(textOf(input)))),
  }),
];

export const textDecoders: readonly Decoder[] = [
  ...alphabets,
  ...carried,
  ...requests,
  ...wholeTexts,
];
