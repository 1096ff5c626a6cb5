/** Owns EMVCo's rules on objects: how long each may be and which must be there (MPM v1.1 tables 3.2 to 3.8). */
import { characterCount, type EmvObject, valueAt } from './emvco.ts';
import { type Refusal, refuse } from './refusals.ts';
import type { Scheme } from './schemes.ts';

/** A template's objects, or the bare value where the scheme is known to write one. */
export type EmvField = EmvObject & { readonly inner?: readonly EmvObject[] };

const EXACT: Readonly<Record<string, number>> = {
  '00': 2,
  '01': 2,
  '52': 4,
  '53': 3,
  '55': 2,
  '58': 2,
};
const LONGEST: Readonly<Record<string, number>> = {
  '54': 13,
  '56': 13,
  '57': 5,
  '59': 25,
  '60': 15,
  '61': 10,
};
export const GUID_CHARACTERS_MAX = 32;
export const LABEL_CHARACTERS_MAX = 25;
export const NAME_CHARACTERS_MAX = 25;
export const CITY_CHARACTERS_MAX = 15;
export const AMOUNT_CHARACTERS_MAX = 13;

export const isAccount = (id: string): boolean => id >= '02' && id <= '51';
export const isAccountTemplate = (id: string): boolean => id >= '26' && id <= '51';
export const isUnreserved = (id: string): boolean => id >= '80';

function lengthFault(
  path: string,
  value: string,
  exact: number | undefined,
  longest: number,
): string | undefined {
  const count = characterCount(value);
  if (count === 0) return `${path} has length zero`;
  if (exact !== undefined && count !== exact) return `${path} has length ${count}, not ${exact}`;
  return count > longest ? `${path} has ${count} characters, limit ${longest}` : undefined;
}

function innerLimit(id: string, inner: EmvObject): string | undefined {
  const path = `${id}.${inner.id}`;
  if (id === '62') {
    const labelled = inner.id >= '01' && inner.id <= '09';
    const longest = inner.id === '09' ? 3 : labelled ? LABEL_CHARACTERS_MAX : 99;
    return lengthFault(path, inner.value, undefined, longest);
  }
  if (id === '64') {
    const longest = inner.id === '02' ? CITY_CHARACTERS_MAX : NAME_CHARACTERS_MAX;
    return lengthFault(path, inner.value, inner.id === '00' ? 2 : undefined, longest);
  }
  // Inside a scheme's own template only the GUID has a limit of EMVCo's.
  return inner.id === '00'
    ? lengthFault(path, inner.value, undefined, GUID_CHARACTERS_MAX)
    : undefined;
}

/** Refuses an object that is empty, too long or not of its fixed length. Refusal: qr_limit. */
export function checkLimits(fields: readonly EmvField[]): Refusal | undefined {
  for (const { id, value, inner } of fields) {
    const fault =
      lengthFault(id, value, EXACT[id], LONGEST[id] ?? 99) ??
      inner?.map((object) => innerLimit(id, object)).find((each) => each !== undefined);
    if (fault) return refuse('qr_limit', fault).refusal;
  }
  return undefined;
}

const MANDATORY: Readonly<Record<string, string>> = {
  '52': 'category code',
  '53': 'currency',
  '58': 'country',
  '59': 'merchant name',
  '60': 'city',
};

function missingInside({ id, inner }: EmvField): string | undefined {
  const has = (sub: string) => inner !== undefined && valueAt(inner, sub) !== undefined;
  if (isAccountTemplate(id) && inner && !has('00')) return `${id} has no GUID`;
  if (id !== '64') return undefined;
  return has('00') && has('01') ? undefined : '64 has no language or no name';
}

/**
 * Refuses what lacks a mandatory object, unless its scheme is known to omit it: then it is a deviation.
 * Refusal: qr_presence.
 */
export function checkPresence(
  fields: readonly EmvField[],
  scheme: Scheme,
): { readonly refusal?: Refusal; readonly deviations: readonly string[] } {
  const deviations: string[] = [];
  const missing: string[] = [];
  if (!fields.some(({ id }) => isAccount(id)))
    missing.push('no merchant account information (02-51)');
  for (const [id, name] of Object.entries(MANDATORY)) {
    if (valueAt(fields, id) !== undefined) continue;
    (scheme.omits?.includes(id) ? deviations : missing).push(`${id} (${name}) absent`);
  }
  const indicator = valueAt(fields, '55');
  for (const [kind, id] of [
    ['02', '56'],
    ['03', '57'],
  ] as const) {
    if (indicator === kind && valueAt(fields, id) === undefined) {
      missing.push(`55 is ${kind} but ${id} is absent`);
    }
  }
  for (const field of fields) {
    const inside = missingInside(field);
    if (inside) (scheme.rawAccounts && field.id !== '64' ? deviations : missing).push(inside);
  }
  const first = missing[0];
  return first ? { refusal: refuse('qr_presence', first).refusal, deviations } : { deviations };
}
