/** Owns the JSON about allowances, devices and the operator's terms: its types, and where it becomes them. */
import type { Bytes } from './bytes.ts';
import {
  amount,
  binary,
  binaryText,
  currency,
  decodeWith,
  deviceNumber,
  list,
  Mismatch,
  text,
  truth,
  whole,
} from './json-fields.ts';
import { ALLOWANCE_ID_LENGTH } from './order.ts';
import type { Outcome } from './refusals.ts';

// Wire forms as in wire.ts.

/**
 * `POST /api/allowances` → 201 AllowanceGrant. Ends the device's allowance in this currency, if there
 * is one, and sets funds aside anew. Refusals: allowances_stopped, device_frozen, device_behind, device_unknown,
 * credential_unknown, allowances_too_many, funds_short, amount_zero, amount_too_large (over the operator's most), currency_unknown.
 */
export type AllowanceBody = {
  readonly device: number;
  readonly credentialId: string;
  readonly currency: number;
  readonly amountMinor: bigint;
  /** The seq that the device's next order will have. */
  readonly firstSeq: number;
};

export type AllowanceGrant = {
  /** COSE_Sign1, for `decodeAllowance`. */
  readonly allowance: Bytes;
  /** After so many payments the wallet looks for the network, in the manner of EMV's lower limit. */
  readonly countSoft: number;
};

/** `POST /api/allowances/release` → 204. Unspent funds return at once; without an allowance nothing happens. */
export type AllowanceReleaseBody = { readonly device: number; readonly currency: number };

/** `POST /api/devices/freeze` → 204: "I lost my phone". Its allowances end, their unspent funds return. */
export type DeviceFreezeBody = { readonly device: number };

/** One device of the account, `GET /api/devices`. */
export type DeviceState = {
  readonly device: number;
  readonly label: string;
  readonly createdAtMs: number;
  readonly frozen: boolean;
  readonly allowances: readonly {
    readonly id: string;
    readonly currency: number;
    readonly totalMinor: bigint;
    /** What settled payments have drawn on it so far. */
    readonly spentMinor: bigint;
    readonly validUntilMs: number;
  }[];
};

export type DeviceList = { readonly devices: readonly DeviceState[]; readonly stopped: boolean };

/**
 * `GET /api/devices/gaps`: numbers from `firstSeq` to `lastSeq` that the device has given to payments
 * which never came. They were taken back, still wait there, or are lost with it: it alone knows.
 */
export type DeviceGap = {
  readonly device: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
};

export type DeviceGaps = { readonly gaps: readonly DeviceGap[] };

/** `GET /api/terms`: what the operator allows and guarantees, for everybody to read. */
export type OfflineTerms = {
  readonly hours: number;
  readonly graceHours: number;
  readonly countSoft: number;
  readonly countMax: number;
  readonly currencies: readonly {
    readonly currency: number;
    readonly totalMaxMinor: bigint;
    readonly capMinor: bigint;
    /** Most that the operator pays for one account that promised more than it had. */
    readonly guaranteeMaxMinor: bigint;
  }[];
};

export function decodeAllowanceGrant(value: unknown): Outcome<AllowanceGrant> {
  return decodeWith(value, 'allowance', (fields) => ({
    allowance: binary(fields, 'allowance'),
    countSoft: whole(fields, 'countSoft', 0xffff),
  }));
}

export function decodeDeviceList(value: unknown): Outcome<DeviceList> {
  return decodeWith(value, 'devices', (fields) => ({
    devices: list(fields, 'devices', (item) => ({
      device: deviceNumber(item),
      label: text(item, 'label'),
      createdAtMs: whole(item, 'createdAtMs'),
      frozen: truth(item, 'frozen'),
      allowances: list(item, 'allowances', (allowance) => ({
        id: binaryText(allowance, 'id', ALLOWANCE_ID_LENGTH),
        currency: currency(allowance),
        totalMinor: amount(allowance, 'totalMinor', 0n),
        spentMinor: amount(allowance, 'spentMinor', 0n),
        validUntilMs: whole(allowance, 'validUntilMs'),
      })),
    })),
    stopped: truth(fields, 'stopped'),
  }));
}

export function decodeDeviceGaps(value: unknown): Outcome<DeviceGaps> {
  return decodeWith(value, 'gaps', (fields) => ({
    gaps: list(fields, 'gaps', (item) => {
      const firstSeq = whole(item, 'firstSeq');
      const lastSeq = whole(item, 'lastSeq');
      if (firstSeq < 1 || lastSeq < firstSeq) throw new Mismatch('lastSeq');
      return { device: deviceNumber(item), firstSeq, lastSeq };
    }),
  }));
}

export function decodeOfflineTerms(value: unknown): Outcome<OfflineTerms> {
  return decodeWith(value, 'terms', (fields) => ({
    hours: whole(fields, 'hours'),
    graceHours: whole(fields, 'graceHours'),
    countSoft: whole(fields, 'countSoft', 0xffff),
    countMax: whole(fields, 'countMax', 0xffff),
    currencies: list(fields, 'currencies', (item) => ({
      currency: currency(item),
      totalMaxMinor: amount(item, 'totalMaxMinor', 0n),
      capMinor: amount(item, 'capMinor', 0n),
      guaranteeMaxMinor: amount(item, 'guaranteeMaxMinor', 0n),
    })),
  }));
}
