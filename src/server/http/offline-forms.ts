/** Owns the JSON forms of allowances, devices and terms. */
import { Type } from '@fastify/type-provider-typebox';
import type { DeviceList, OfflineTerms } from '#protocol/wire-offline.ts';
import { amountMinor, base64url, currency, device, timeMs } from './forms.ts';

const count = Type.Integer({ minimum: 0 });

export const allowanceBody = Type.Object(
  {
    device,
    credentialId: Type.String({ minLength: 1, maxLength: 1400, pattern: '^[A-Za-z0-9_-]+$' }),
    currency,
    amountMinor: Type.String({
      pattern: '^(0|[1-9][0-9]{0,17})$',
      description: 'Decimal text: how many minor units to set aside',
    }),
    firstSeq: Type.Integer({
      minimum: 1,
      maximum: 0xffffffff,
      description: 'The sequence number that the device’s next order will have',
    }),
  },
  { additionalProperties: false },
);

export const allowanceForm = Type.Object({
  allowance: Type.String({ description: 'COSE_Sign1, base64url' }),
  countSoft: count,
});

export const allowanceReleaseBody = Type.Object(
  { device, currency },
  { additionalProperties: false },
);

export const deviceFreezeBody = Type.Object({ device }, { additionalProperties: false });

export const deviceListForm = Type.Object({
  devices: Type.Array(
    Type.Object({
      device,
      label: Type.String(),
      createdAtMs: timeMs,
      frozen: Type.Boolean(),
      allowances: Type.Array(
        Type.Object({
          id: base64url,
          currency,
          totalMinor: amountMinor,
          spentMinor: amountMinor,
          validUntilMs: timeMs,
        }),
      ),
    }),
  ),
  stopped: Type.Boolean({ description: 'The account gets no new allowances' }),
});

export const deviceGapsForm = Type.Object({
  gaps: Type.Array(
    Type.Object({
      device,
      firstSeq: Type.Integer({ minimum: 1, description: 'First of the numbers that never came' }),
      lastSeq: Type.Integer({ minimum: 1 }),
    }),
  ),
});

export const termsForm = Type.Object({
  hours: count,
  graceHours: count,
  countSoft: count,
  countMax: count,
  currencies: Type.Array(
    Type.Object({
      currency,
      totalMaxMinor: amountMinor,
      capMinor: amountMinor,
      guaranteeMaxMinor: amountMinor,
    }),
  ),
});

export const deviceListJson = ({ devices, stopped }: DeviceList) => ({
  devices: devices.map((each) => ({
    ...each,
    allowances: each.allowances.map((allowance) => ({
      ...allowance,
      totalMinor: String(allowance.totalMinor),
      spentMinor: String(allowance.spentMinor),
    })),
  })),
  stopped,
});

export const termsJson = ({ currencies, ...rest }: OfflineTerms) => ({
  ...rest,
  currencies: currencies.map((terms) => ({
    currency: terms.currency,
    totalMaxMinor: String(terms.totalMaxMinor),
    capMinor: String(terms.capMinor),
    guaranteeMaxMinor: String(terms.guaranteeMaxMinor),
  })),
});
