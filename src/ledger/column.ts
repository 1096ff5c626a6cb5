/** Owns columns: whole arrays as PostgreSQL's binary array format, so that a set goes in one parameter. */

// Format: dimensions, has-null flag, element type; then size and lower bound; then each element as
// length and bytes (PostgreSQL's array_recv). node-postgres sends a Buffer in binary format.
const OID = { bytea: 17, int8: 20, int2: 21, int4: 23, text: 25 } as const;
const NULL_LENGTH = -1;
const EMPTY_HEAD = 12;
const HEAD = 20;
/** Below this, copying byte by byte is faster than asking for a copy. */
const SHORT = 48;

type Draft = { readonly buffer: Buffer; readonly view: DataView };

/** With its head written. DataView, because Buffer's own 64-bit writes are several times as slow. */
function draft(oid: number, count: number, hasNull: boolean, bodyLength: number): Draft {
  const buffer = Buffer.allocUnsafe((count === 0 ? EMPTY_HEAD : HEAD) + bodyLength);
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  view.setInt32(0, count === 0 ? 0 : 1);
  view.setInt32(4, hasNull ? 1 : 0);
  view.setInt32(8, oid);
  if (count > 0) {
    view.setInt32(12, count);
    view.setInt32(16, 1);
  }
  return { buffer, view };
}

function variable(oid: number, items: readonly (Uint8Array | null)[]): Buffer {
  let length = 4 * items.length;
  let hasNull = false;
  for (const item of items) {
    if (item === null) hasNull = true;
    else length += item.length;
  }
  const { buffer, view } = draft(oid, items.length, hasNull, length);
  let offset = HEAD;
  for (const item of items) {
    view.setInt32(offset, item === null ? NULL_LENGTH : item.length);
    offset += 4;
    if (item === null) continue;
    if (item.length > SHORT) buffer.set(item, offset);
    else for (let i = 0; i < item.length; i++) buffer[offset + i] = item[i] as number;
    offset += item.length;
  }
  return buffer;
}

/** `write` puts one item at an offset. */
function fixed<Item>(
  oid: number,
  width: number,
  items: readonly (Item | null)[],
  write: (view: DataView, offset: number, item: Item) => void,
): Buffer {
  let nulls = 0;
  for (const item of items) if (item === null) nulls++;
  const length = items.length * (4 + width) - nulls * width;
  const { buffer, view } = draft(oid, items.length, nulls > 0, length);
  let offset = HEAD;
  for (const item of items) {
    view.setInt32(offset, item === null ? NULL_LENGTH : width);
    offset += 4;
    if (item === null) continue;
    write(view, offset, item);
    offset += width;
  }
  return buffer;
}

export function byteaColumn(items: readonly (Uint8Array | null)[]): Buffer {
  return variable(OID.bytea, items);
}

export function textColumn(items: readonly (string | null)[]): Buffer {
  return variable(
    OID.text,
    items.map((item) => (item === null ? null : Buffer.from(item, 'utf8'))),
  );
}

// A DataView takes what does not fit modulo its width.
function fits(isFitting: boolean): void {
  if (!isFitting) throw new RangeError('a number does not fit its column');
}

export function int8Column(items: readonly (bigint | null)[]): Buffer {
  return fixed(OID.int8, 8, items, (view, offset, item) => {
    fits(BigInt.asIntN(64, item) === item);
    view.setBigInt64(offset, item);
  });
}

export function int4Column(items: readonly number[]): Buffer {
  return fixed(OID.int4, 4, items, (view, offset, item) => {
    fits((item | 0) === item);
    view.setInt32(offset, item);
  });
}

export function int2Column(items: readonly (number | null)[]): Buffer {
  return fixed(OID.int2, 2, items, (view, offset, item) => {
    fits((item << 16) >> 16 === item);
    view.setInt16(offset, item);
  });
}
