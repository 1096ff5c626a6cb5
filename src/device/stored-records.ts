/** Owns reading stored records back: each has its shape or is damaged, and nothing is ever guessed. */
import type { Balance, StatementEntry } from '#protocol/wire.ts';
import type { OfflinePurse, TakenCounterfoil } from '#wallet/offline-records.ts';
import type { AskedRequest, PayingCounterfoil } from '#wallet/paid-request.ts';
import type { Payment } from '#wallet/payment.ts';
import type {
  KnownIdentity,
  KnownPayee,
  OutboxEntry,
  ReceiptedEntry,
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

/** One kind of record: its shape, and by it the type that a stored value has when it fits. */
export type RecordKind<T> = { readonly name: string; readonly shape: Shape; readonly is?: T };

const ENTRY_FIELDS = {
  id: 'text',
  seq: 'whole',
  authorization: 'bytes',
  payer: 'text',
  payee: 'text',
  amountMinor: 'money',
  currency: 'whole',
} as const;

const ENDING_FIELDS = {
  'settledAtMs?': 'whole',
  'code?': 'text',
  'receipt?': 'bytes',
  'epoch?': 'whole',
  'contradiction?': 'bytes',
} as const;

export const PAYMENT: RecordKind<Payment> = {
  name: 'payment',
  shape: {
    id: 'text',
    state: 'text',
    authorization: 'bytes',
    device: 'whole',
    seq: 'whole',
    requestText: 'text',
    requestDigest: 'text',
    once: 'truth',
    payer: 'text',
    payee: 'text',
    payeeName: 'text',
    amountMinor: 'money',
    currency: 'whole',
    'tipMinor?': 'money',
    'feeMinor?': 'money',
    'note?': 'text',
    'allowance?': 'text',
    'spentBeforeMinor?': 'money',
    'cover?': 'bytes',
    createdAtMs: 'whole',
    validUntilS: 'whole',
    ...ENDING_FIELDS,
  },
};

export const TAKEN: RecordKind<TakenCounterfoil> = {
  name: 'counterfoil',
  shape: {
    ...ENTRY_FIELDS,
    state: 'text',
    device: 'whole',
    'tipMinor?': 'money',
    'note?': 'text',
    requestDigest: 'text',
    once: 'truth',
    'allowance?': 'text',
    takenAtMs: 'whole',
    validUntilS: 'whole',
    guaranteed: 'truth',
    'doubt?': 'text',
    ...ENDING_FIELDS,
  },
};

export const PURSE: RecordKind<OfflinePurse> = {
  name: 'purse',
  shape: {
    currency: 'whole',
    'wantedMinor?': 'money',
    'granted?': {
      id: 'text',
      validFromS: 'whole',
      bytes: 'bytes',
      countSoft: 'whole',
      spentMinor: 'money',
    },
  },
};

export const OUTBOX_ENTRY: RecordKind<OutboxEntry> = {
  name: 'outbox entry',
  shape: {
    ...ENTRY_FIELDS,
    'sentAtMs?': 'whole',
    'shownAtMs?': 'whole',
    'quarantine?': { code: 'text', sinceMs: 'whole', offeredAtMs: 'whole' },
    'carried?': 'truth',
  },
};

/** As much of a payment or a counterfoil as its outbox entry is made of; what else is damaged in it does not matter. */
export const PROMISED: RecordKind<OutboxEntry & { readonly state: string }> = {
  name: 'payment',
  shape: { ...ENTRY_FIELDS, state: 'text' },
};

/** As much as is brought back to a server that was restored. */
export const RECEIPTED: RecordKind<ReceiptedEntry & { readonly epoch?: number }> = {
  name: 'payment',
  shape: { ...ENTRY_FIELDS, receipt: 'bytes', 'epoch?': 'whole' },
};

/**
 * As much of a payment or a counterfoil as a receipt needs, which is next to nothing: one that is
 * damaged gets its receipt beside what is left of it, and nothing stored is thrown away.
 */
export function settleable<T extends Payment | TakenCounterfoil>(id: string, stored: unknown): T {
  const left = typeof stored === 'object' ? { ...stored, id } : { id };
  const whole = fits(left, { 'receipt?': 'bytes' });
  return (whole ? left : { ...left, receipt: undefined }) as T;
}

export const IDENTITY: RecordKind<KnownIdentity> = {
  name: 'identity',
  shape: {
    server: 'bytes',
    epoch: 'whole',
    rpId: 'text',
    origins: ['text'],
    keys: [{ keyId: 'bytes', point: 'bytes', active: 'truth' }],
    nowMs: 'whole',
    'readAtMs?': 'whole',
  },
};

const PROFILE: Shape = {
  account: 'text',
  name: 'text',
  city: 'text',
  country: 'text',
  category: 'text',
};

export const WALLET: RecordKind<Omit<WalletState, 'lastSeq'>> = {
  name: 'wallet',
  shape: {
    account: {
      profile: PROFILE,
      balances: [
        { currency: 'whole', amountMinor: 'money', 'heldMinor?': 'money', 'owedMinor?': 'money' },
      ],
      version: 'whole',
      frozen: 'truth',
      sandbox: 'truth',
      'nameCertificate?': 'bytes',
    },
    accountReadAtMs: 'whole',
    device: 'whole',
    credentialId: 'text',
    canPayOffline: 'any',
  },
};

export const LAST_SEQ: RecordKind<{ readonly device: number; readonly seq: number }> = {
  name: 'last seq',
  shape: { device: 'whole', seq: 'whole' },
};

/** As much of the wallet as a settled payment changes. */
export const FUNDS: RecordKind<Pick<WalletState, 'account'>> = {
  name: 'wallet',
  shape: {
    account: { balances: [{ currency: 'whole', amountMinor: 'money', 'heldMinor?': 'money' }] },
  },
};

export const ENTRY: RecordKind<StatementEntry> = {
  name: 'statement entry',
  shape: {
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
};

export const REQUEST: RecordKind<ShownRequest> = {
  name: 'request',
  shape: {
    digest: 'text',
    text: 'text',
    'amountMinor?': 'money',
    currency: 'whole',
    shownAtMs: 'whole',
    validUntilS: 'whole',
    'note?': 'text',
    'untilMs?': 'whole',
    'printed?': 'truth',
    'paid?': {
      paymentId: 'text',
      amountMinor: 'money',
      tipMinor: 'money',
      payerName: 'text',
      atMs: 'whole',
      asAsked: 'truth',
    },
  },
};

/** As much of a counterfoil as pays its request. */
export const PAYING: RecordKind<PayingCounterfoil> = {
  name: 'counterfoil',
  shape: {
    id: 'text',
    requestDigest: 'text',
    amountMinor: 'money',
    currency: 'whole',
    'tipMinor?': 'money',
    settledAtMs: 'whole',
  },
};

/** As much of a request as a receipt is held against. */
export const ASKED: RecordKind<AskedRequest> = {
  name: 'request',
  shape: { 'amountMinor?': 'money', currency: 'whole' },
};

export const PAYEE: RecordKind<KnownPayee> = {
  name: 'payee',
  shape: { profile: PROFILE, readAtMs: 'whole' },
};

export const DRAFT: RecordKind<StoredDraft> = {
  name: 'draft',
  shape: {
    requestText: 'text',
    'amountMinor?': 'money',
    'tipMinor?': 'money',
    'note?': 'text',
    savedAtMs: 'whole',
  },
};

export const SETTINGS: RecordKind<Settings> = {
  name: 'settings',
  shape: { 'language?': 'text', theme: 'text' },
};

/** Undefined when the record is absent or damaged; `isDamaged` tells which. */
export function readRecord<T>(kind: RecordKind<T>, value: unknown): T | undefined {
  return fits(value, kind.shape) ? (value as T) : undefined;
}

export function isDamaged(kind: RecordKind<unknown>, value: unknown): boolean {
  return value !== undefined && !fits(value, kind.shape);
}

/** Leaves out what cannot be read; those are kept where they are and shown by `readDamaged`. */
export function readRecords<T>(kind: RecordKind<T>, values: readonly unknown[]): T[] {
  return values
    .map((value) => readRecord(kind, value))
    .filter((record): record is Awaited<T> & T => record !== undefined);
}

const NOTHING_SET_ASIDE = { heldMinor: 0n, owedMinor: 0n };

/** Before there were allowances, nothing was set aside and nothing owed, and nothing was written of it. */
export function wholeWallet(stored: Omit<WalletState, 'lastSeq'>): Omit<WalletState, 'lastSeq'> {
  const { account } = stored;
  const balances = account.balances.map(
    (balance): Balance => ({ ...NOTHING_SET_ASIDE, ...balance }),
  );
  return { ...stored, account: { ...account, balances } };
}

/** A payment with the keys of its indexes. */
export function storedPayment(payment: Payment): object {
  return { ...payment, newest: [-payment.createdAtMs, -payment.seq] };
}

export function storedTaken(taken: TakenCounterfoil): object {
  return { ...taken, newest: [-taken.takenAtMs, -taken.seq] };
}
