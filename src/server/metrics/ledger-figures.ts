/** Owns the ledger's figures for whoever watches: read when somebody looks, and seldom however often they do. */
import { GUARANTEE_ACCOUNT, readBalances } from '#ledger/accounts.ts';
import type { Database } from '#ledger/database.ts';
import { sumOpenAllowances } from '#ledger/read-allowances.ts';
import { currencyOfNumeric } from '#protocol/currency.ts';
import { METRICS } from './metric-names.ts';
import type { Family, MetricName, Sample } from './registry.ts';

export type LedgerFigures = { collect(): Promise<Family[]> };

export type LedgerFiguresParts = {
  readonly database: Database;
  readonly nowMs: () => number;
  readonly onFault: (cause: unknown) => void;
};

const FRESH_MS = 5000;

const codeOf = (numeric: number) => currencyOfNumeric(numeric)?.alpha ?? String(numeric);

type Figure = { readonly currency: number; readonly value: bigint };

function familyOf(metric: MetricName, figures: readonly Figure[]): Family {
  const samples = figures.map(
    // Beyond 2^53 minor units a chart is off by less than it can show.
    ({ currency, value }): Sample => ({
      suffix: '',
      labels: { currency: codeOf(currency) },
      value: Number(value),
    }),
  );
  return { ...metric, kind: 'gauge', samples };
}

const upOf = (value: 0 | 1): Family => ({
  ...METRICS.databaseUp,
  kind: 'gauge',
  samples: [{ suffix: '', labels: {}, value }],
});

/** Two look-ups by index, whatever has been paid: nothing reads the tables of payments and entries. */
async function readFigures(database: Database): Promise<Family[]> {
  const open = await sumOpenAllowances(database);
  const guarantee = await readBalances(database, GUARANTEE_ACCOUNT);
  return [
    familyOf(
      METRICS.held,
      open.map(({ currency, unspentMinor: value }) => ({ currency, value })),
    ),
    familyOf(
      METRICS.allowances,
      open.map(({ currency, count: value }) => ({ currency, value })),
    ),
    familyOf(
      METRICS.owed,
      // What the operator advanced left its account, and comes back to it.
      guarantee.map(({ currency, balanceMinor }) => ({ currency, value: -balanceMinor })),
    ),
    upOf(1),
  ];
}

export function createLedgerFigures(parts: LedgerFiguresParts): LedgerFigures {
  const { database, nowMs, onFault } = parts;
  let read: Promise<Family[]> | undefined;
  let readAtMs = 0;
  return {
    collect() {
      const ageMs = nowMs() - readAtMs;
      if (read && ageMs >= 0 && ageMs < FRESH_MS) return read;
      readAtMs = nowMs();
      read = readFigures(database).catch((cause: unknown) => {
        onFault(cause);
        // Not kept: whoever looks next is to learn that it is back.
        read = undefined;
        return [upOf(0)];
      });
      return read;
    },
  };
}
