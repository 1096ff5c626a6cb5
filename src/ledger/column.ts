/** Owns columns: whole arrays as PostgreSQL's binary array format, so that a set goes in one parameter. */

// Format: dimensions, has-null flag, element type; then size and lower bound; then each element as
// length and bytes (PostgreSQL's array_recv). node-postgres sends a Buffer in binary format.
const OID = { bytea: 17, int8: 20, int2: 21, int4: 23, text: 25 } as const;
const NULL_LENGTH = -1;

function fill(oid: number, lengths: readonly number[], hasNull: boolean): Buffer {
  const count = lengths.length;
  const head = count === 0 ? 12 : 20;
  const total = lengths.reduce((sum, length) => sum + 4 + Math.max(length, 0), head);
  const buffer = Buffer.allocUnsafe(total);
  buffer.writeInt32BE(count === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(hasNull ? 1 : 0, 4);
  buffer.writeInt32BE(oid, 8);
  if (count > 0) {
    buffer.writeInt32BE(count, 12);
    buffer.writeInt32BE(1, 16);
  }
  return buffer;
}

function variable(oid: number, items: readonly (Uint8Array | null)[]): Buffer {
  const lengths = items.map((item) => (item === null ? NULL_LENGTH : item.length));
  const buffer = fill(oid, lengths, items.includes(null));
  let offset = 20;
  for (const item of items) {
    offset = buffer.writeInt32BE(item === null ? NULL_LENGTH : item.length, offset);
    if (item === null) continue;
    buffer.set(item, offset);
    offset += item.length;
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

export function int8Column(items: readonly (bigint | null)[]): Buffer {
  const lengths = items.map((item) => (item === null ? NULL_LENGTH : 8));
  const buffer = fill(OID.int8, lengths, items.includes(null));
  let offset = 20;
  for (const item of items) {
    offset = buffer.writeInt32BE(item === null ? NULL_LENGTH : 8, offset);
    if (item !== null) offset = buffer.writeBigInt64BE(item, offset);
  }
  return buffer;
}

export function int4Column(items: readonly number[]): Buffer {
  const buffer = fill(OID.int4, new Array<number>(items.length).fill(4), false);
  let offset = 20;
  for (const item of items) offset = buffer.writeInt32BE(item, buffer.writeInt32BE(4, offset));
  return buffer;
}

export function int2Column(items: readonly (number | null)[]): Buffer {
  const lengths = items.map((item) => (item === null ? NULL_LENGTH : 2));
  const buffer = fill(OID.int2, lengths, items.includes(null));
  let offset = 20;
  for (const item of items) {
    offset = buffer.writeInt32BE(item === null ? NULL_LENGTH : 2, offset);
    if (item !== null) offset = buffer.writeInt16BE(item, offset);
  }
  return buffer;
}
