/** Owns reading stored records back: each has its shape or is damaged, and nothing is ever guessed. */
import type { ServerIdentity, StatementEntry } from '#protocol/wire.ts';
import type { Payment } from '#wallet/payment.ts';
import type {
  KnownPayee,
  OutboxEntry,
  Settings,
  ShownRequest,
  StoredDraft,
  WalletState,
} from '#wallet/records.ts';

type Leaf = 'text' | 'whole' | 'money' | 'bytes' | 'truth' | 'any';
/** A name that ends in `?` may be absent; a list has items of one shape. */
type Shape = Leaf | readonly [Shape] | { readonly [name: string]: Shape };

function fitsLeaf(value: unknown, leaf: Leaf): boolean {
  switch (leaf) {
    case 'text':
      return typeof value === 'string';
    case 'whole':
      return Number.isSafeInteger(value);
    case 'money':
      return typeof value === 'bigint';
    case 'bytes':
      return value instanceof Uint8Array;
    case 'truth':
      return typeof value === 'boolean';
    case 'any':
      return true;
  }
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function fits(value: unknown, shape: Shape): boolean {
  if (typeof shape === 'string') return fitsLeaf(value, shape);
  if (isList(shape)) return Array.isArray(value) && value.every((item) => fits(item, shape[0]));
  if (typeof value !== 'object' || value === null) return false;
  const fields: { readonly [name: string]: unknown } = { ...value };
  return Object.entries(shape).every(([name, inner]) => {
    const optional = name.endsWith('?');
    const field = fields[optional ? name.slice(0, -1) : name];
    return field === undefined ? optional : fits(field, inner);
  });
}

const PROFILE: Shape = {
  account: 'text',
  name: 'text',
  city: 'text',
  country: 'text',
  category: 'text',
};

const QUARANTINE: Shape = { code: 'text', sinceMs: 'whole', offeredAtMs: 'whole' };

const SHAPES = {
  payment: {
    id: 'text',
    state: 'text',
    authorization: 'bytes',
    device: 'whole',
    seq: 'whole',
    requestText: 'text',
    requestDigest: 'text',
    once: 'truth',
    payee: 'text',
    payeeName: 'text',
    amountMinor: 'money',
    currency: 'whole',
    'tipMinor?': 'money',
    'feeMinor?': 'money',
    'note?': 'text',
    createdAtMs: 'whole',
    validUntilS: 'whole',
    'settledAtMs?': 'whole',
    'code?': 'text',
    'receipt?': 'bytes',
    'contradiction?': 'bytes',
  },
  outboxEntry: {
    id: 'text',
    seq: 'whole',
    authorization: 'bytes',
    'sentAtMs?': 'whole',
    'quarantine?': QUARANTINE,
  },
  wallet: {
    account: {
      profile: PROFILE,
      balances: [{ currency: 'whole', amountMinor: 'money' }],
      version: 'whole',
      frozen: 'truth',
      sandbox: 'truth',
    },
    accountReadAtMs: 'whole',
    device: 'whole',
    credentialId: 'text',
    canPayOffline: 'any',
  },
  lastSeq: { device: 'whole', seq: 'whole' },
  identity: {
    server: 'bytes',
    epoch: 'whole',
    rpId: 'text',
    origins: ['text'],
    keys: [{ keyId: 'bytes', point: 'bytes', active: 'truth' }],
    nowMs: 'whole',
  },
  entry: {
    version: 'whole',
    currency: 'whole',
    amountMinor: 'money',
    balanceMinor: 'money',
    kind: 'text',
    counterparty: 'text',
    counterpartyName: 'text',
    postedAtMs: 'whole',
    'paymentId?': 'text',
    'requestDigest?': 'text',
    'note?': 'text',
    'tipMinor?': 'money',
    'receipt?': 'bytes',
  },
  request: {
    digest: 'text',
    text: 'text',
    'amountMinor?': 'money',
    currency: 'whole',
    shownAtMs: 'whole',
    validUntilS: 'whole',
    'note?': 'text',
    'paid?': {
      paymentId: 'text',
      amountMinor: 'money',
      tipMinor: 'money',
      payerName: 'text',
      atMs: 'whole',
      asAsked: 'truth',
    },
  },
  payee: { profile: PROFILE, readAtMs: 'whole' },
  draft: {
    requestText: 'text',
    'amountMinor?': 'money',
    'tipMinor?': 'money',
    'note?': 'text',
    savedAtMs: 'whole',
  },
  settings: { 'language?': 'text', theme: 'text' },
} as const satisfies { readonly [kind: string]: Shape };

type LastSeq = { readonly device: number; readonly seq: number };

/** What is stored under each kind: the record as the engine knows it. */
type Records = {
  payment: Payment;
  outboxEntry: OutboxEntry;
  wallet: Omit<WalletState, 'lastSeq'>;
  lastSeq: LastSeq;
  identity: ServerIdentity;
  entry: StatementEntry;
  request: ShownRequest;
  payee: KnownPayee;
  draft: StoredDraft;
  settings: Settings;
};

export type RecordKind = keyof Records;

/** Undefined when the record is absent or damaged; `isDamaged` tells which. */
export function readRecord<K extends RecordKind>(kind: K, value: unknown): Records[K] | undefined {
  return fits(value, SHAPES[kind]) ? (value as Records[K]) : undefined;
}

export function isDamaged(kind: RecordKind, value: unknown): boolean {
  return value !== undefined && readRecord(kind, value) === undefined;
}

/** Leaves out what cannot be read; those are kept where they are and shown by `readDamaged`. */
export function readRecords<K extends RecordKind>(
  kind: K,
  values: readonly unknown[],
): Records[K][] {
  return values
    .map((value) => readRecord(kind, value))
    .filter((record): record is Records[K] => record !== undefined);
}

/** A payment with the keys of its indexes. */
export function storedPayment(payment: Payment): object {
  return { ...payment, newest: [-payment.createdAtMs, -payment.seq] };
}
