// The published vectors as inputs for fuzzing: every entry of a file, the refused ones too.
import type { Bytes } from '#protocol/bytes.ts';
import allowances from '../vectors/allowances.json' with { type: 'json' };
import authorizations from '../vectors/authorizations.json' with { type: 'json' };
import counterfoils from '../vectors/counterfoils.json' with { type: 'json' };
import emvco from '../vectors/emvco-qr.json' with { type: 'json' };
import exchanges from '../vectors/exchanges.json' with { type: 'json' };
import names from '../vectors/name-certificates.json' with { type: 'json' };
import orders from '../vectors/orders.json' with { type: 'json' };
import requests from '../vectors/payment-request.json' with { type: 'json' };
import receipts from '../vectors/receipts.json' with { type: 'json' };
import assertions from '../vectors/webauthn-assertions.json' with { type: 'json' };

type Entry = { readonly bytes?: string; readonly kind?: string };

const fromHex = (hex: string): Bytes => Uint8Array.from(Buffer.from(hex, 'hex'));

const bytesOf = (entries: readonly Entry[], kind?: string): Bytes[] =>
  entries
    .filter((entry) => kind === undefined || entry.kind === kind)
    .map((entry) => fromHex(entry.bytes ?? ''));

const qrTexts = (entries: readonly { readonly qrText?: string }[]): string[] =>
  entries.flatMap(({ qrText }) => qrText ?? []);

export const orderSamples = bytesOf(orders.entries);
export const authorizationSamples = bytesOf(authorizations.entries);
export const allowanceSamples = bytesOf(allowances.entries);
export const counterfoilSamples = bytesOf(counterfoils.entries);
export const receiptSamples = bytesOf(receipts.entries);
export const exchangeSamples = (kind: string): Bytes[] => bytesOf(exchanges.entries, kind);

export const carriedTexts: readonly string[] = [
  ...qrTexts(authorizations.entries),
  ...qrTexts(counterfoils.entries),
  ...qrTexts(receipts.entries),
];
export const ownRequestTexts: readonly string[] = [
  ...requests.valid.map(({ text }) => text),
  ...requests.refused.map(({ text }) => text),
  ...names.entries.map(({ text }) => text),
];
export const foreignRequestTexts: readonly string[] = emvco.map(({ payload }) => payload);

export const assertionSamples = assertions.filter((vector) => 'clientDataJSON' in vector);
