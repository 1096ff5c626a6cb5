/** Owns the grammar of EMVCo codes: runs of ID, length, value. Knows no field and no scheme. */
import { fromUtf8, toUtf8 } from './bytes.ts';

export type EmvObject = { readonly id: string; readonly value: string };

/** EMVCo counts characters (code points); some writers count UTF-8 bytes. */
export type LengthUnit = 'characters' | 'bytes';

/** What could be read; `fault` says where the text stopped making sense, if it did. */
export type EmvRun = {
  readonly objects: readonly EmvObject[];
  readonly fault?: string;
  /** What an object that runs past the end did hold: enough to name the scheme of a cut code. */
  readonly rest?: EmvObject;
};

type Units = { readonly length: number; text(start: number, end: number): string | null };

function unitsOf(text: string, unit: LengthUnit): Units {
  if (unit === 'bytes') {
    const bytes = toUtf8(text);
    return { length: bytes.length, text: (start, end) => fromUtf8(bytes.subarray(start, end)) };
  }
  const points = [...text];
  return { length: points.length, text: (start, end) => points.slice(start, end).join('') };
}

const TWO_DIGITS = /^[0-9]{2}$/;

/** Splits a run of objects. An ID stands at most once per level. Never throws, whatever the text. */
export function readRun(text: string, unit: LengthUnit): EmvRun {
  const units = unitsOf(text, unit);
  const objects: EmvObject[] = [];
  const seen = new Set<string>();
  let twice: string | undefined;
  for (let at = 0; at < units.length; ) {
    const id = units.text(at, at + 2) ?? '';
    const size = units.text(at + 2, at + 4) ?? '';
    if (units.length - at < 4) return { objects, fault: 'ends inside an object header' };
    if (!TWO_DIGITS.test(id)) return { objects, fault: `tag "${id}" is not two digits` };
    if (!TWO_DIGITS.test(size)) return { objects, fault: `length of ${id} is not two digits` };
    const end = at + 4 + Number(size);
    const value = units.text(at + 4, end);
    if (end > units.length || value === null) {
      const fault = `object ${id} claims ${Number(size)} ${unit}, fewer remain`;
      return { objects, fault, rest: { id, value: value ?? '' } };
    }
    if (seen.has(id)) twice ??= `object ${id} occurs twice`;
    else objects.push({ id, value });
    seen.add(id);
    at = end;
  }
  return twice === undefined ? { objects } : { objects, fault: twice };
}

export function valueAt(objects: readonly EmvObject[], id: string): string | undefined {
  return objects.find((object) => object.id === id)?.value;
}

/** Number of characters as EMVCo counts them: code points, not UTF-16 units. */
export function characterCount(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

export const VALUE_CHARACTERS_MAX = 99;

/** One object as text. The caller has checked that the value has 1 to 99 characters. */
export function writeObject(id: string, value: string): string {
  return id + String(characterCount(value)).padStart(2, '0') + value;
}
