// Expectations that run in Node and in a browser page alike, where vitest is not. Owns no rule.

function shown(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return `bytes:${Array.from(value).join(',')}`;
  if (value instanceof Map) return { map: [...value] };
  if (value === undefined) return 'undefined';
  return value;
}

/** Keys in order, so that equal records give equal texts; absent and undefined are one. */
export function textOf(value: unknown): string {
  const text = JSON.stringify(value, (_key, inner: unknown) => {
    const plain = shown(inner);
    if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) return plain;
    const entries = Object.entries(plain).filter(([, field]) => field !== undefined);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return text ?? 'undefined';
}

export function expectEqual(actual: unknown, expected: unknown, what = 'value'): void {
  const [is, should] = [textOf(actual), textOf(expected)];
  if (is !== should) throw new Error(`${what}: is ${is}, should be ${should}`);
}

export function demand<T>(value: T | undefined | null, what = 'value'): T {
  if (value === undefined || value === null) throw new Error(`${what} is missing`);
  return value;
}

/** `ok`, or the code of the refusal. */
export function codeOf(outcome: { ok: true } | { ok: false; refusal: { code: string } }): string {
  return outcome.ok ? 'ok' : outcome.refusal.code;
}

/** The code of the StoreFault that this ends in. */
export async function faultOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'no fault';
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    return typeof code === 'string' ? code : `thrown: ${String(error)}`;
  }
}
