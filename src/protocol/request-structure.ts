/** Owns the outer checks of an EMVCo code: that it is whole, that its parts nest, that its check sum is right. */

import { toHex, toUtf8 } from './bytes.ts';
import { crc16Text } from './crc16.ts';
import { type EmvField, isAccountTemplate, isUnreserved } from './emv-rules.ts';
import { characterCount, type EmvObject, type LengthUnit, readRun } from './emvco.ts';
import { detectScheme, type Scheme, schemeOf } from './schemes.ts';
import { sha256 } from './sha256.ts';

/** `objects` is what could be read in any case, so that a damaged code can still be named. */
export type Structure = {
  readonly unit: LengthUnit;
  readonly scheme: string;
  readonly objects: readonly EmvObject[];
  readonly fields: readonly EmvField[];
  readonly fault?: string;
};

function fieldOf(object: EmvObject, unit: LengthUnit, scheme: Scheme): EmvField | string {
  const { id, value } = object;
  const account = isAccountTemplate(id);
  if (!account && id !== '62' && id !== '64' && !isUnreserved(id)) return object;
  const run = readRun(value, unit);
  if (run.fault === undefined) return { id, value, inner: run.objects };
  // Some issuers write bare values in 80–99 and, where we know of it, in their accounts.
  const bareAllowed = isUnreserved(id) || (account && scheme.rawAccounts);
  return bareAllowed ? object : `inside ${id}: ${run.fault}`;
}

function outerFault(objects: readonly EmvObject[]): string | undefined {
  if (objects[0]?.id !== '00') return 'payload format indicator 00 is not first';
  const last = objects.at(-1);
  const whole = last?.id === '63' && characterCount(last.value) === 4;
  return whole ? undefined : 'the check sum 63 is not last';
}

function readWith(text: string, unit: LengthUnit): Structure {
  const { objects: whole, fault, rest } = readRun(text, unit);
  const objects = rest ? [...whole, rest] : whole;
  const scheme = detectScheme(objects);
  const found = { unit, scheme, objects };
  const outer = fault ?? outerFault(objects);
  if (outer !== undefined) return { ...found, fields: [], fault: outer };
  const fields: EmvField[] = [];
  for (const object of objects) {
    const field = fieldOf(object, unit, schemeOf(scheme));
    if (typeof field === 'string') return { ...found, fields: [], fault: field };
    fields.push(field);
  }
  return { ...found, fields };
}

/** Lengths count characters; where that fails, bytes are tried, as Bharat QR's document has it. */
export function readStructure(text: string): Structure {
  const byCharacters = readWith(text, 'characters');
  if (byCharacters.fault === undefined || characterCount(text) === toUtf8(text).length) {
    return byCharacters;
  }
  const byBytes = readWith(text, 'bytes');
  return byBytes.fault === undefined ? byBytes : byCharacters;
}

/** ELQR of Kyrgyzstan: the last four digits of a SHA-256 over what stands before 6304. */
function hashTail(text: string): string {
  return toHex(sha256(toUtf8(text.slice(0, -8))))
    .slice(-4)
    .toUpperCase();
}

/** Of a text that ends in object 63. Lower-case digits are met in the wild and taken. */
export function checkSumFault(text: string, scheme: Scheme): string | undefined {
  const stated = text.slice(-4);
  const sum = crc16Text(toUtf8(text.slice(0, -4)));
  if (stated.toUpperCase() === sum) return undefined;
  if (scheme.hashTail && stated.toUpperCase() === hashTail(text)) return undefined;
  return `CRC is ${stated}, should be ${sum}`;
}
