/** Owns a row of the result: one configuration, what it reached, and how it is printed. */
import type { EngineName } from './engines.ts';
import type { LoadResult } from './load-client.ts';
import type { VerifyLimit } from './machine-limits.ts';
import { FOREIGN_MAX } from './quiet-machine.ts';

export type Row = {
  readonly engine: EngineName;
  readonly processes: number;
  readonly accounts: 'spread' | 'hot';
  readonly batch: number;
  readonly paymentsPerSecond: number;
  readonly ratioToVerifyLimit: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly serverCpuUsPerPayment: number;
  readonly databaseCpuUsPerPayment: number;
  readonly clientCpuUsPerPayment: number;
  /** Server time that is not the verification itself. */
  readonly serverCpuUsBesidesVerifying: number;
  /** What the server used, in verifications: what stays the same where the machine does not. */
  readonly serverCpuPerVerification: number;
  readonly verifyLimitPerSecond: number;
  readonly foreignCores: number;
  /** In the ledger before the servers started. */
  readonly storedBefore: number;
  /** Payments for requests that can be paid once. */
  readonly once: boolean;
};

export type RowPlace = Pick<
  Row,
  'engine' | 'processes' | 'accounts' | 'batch' | 'storedBefore' | 'once'
>;

const round = (value: number, digits: number) => Number(value.toFixed(digits));

export function rowOf(place: RowPlace, result: LoadResult, limit: VerifyLimit): Row {
  return {
    engine: place.engine,
    processes: place.processes,
    accounts: place.accounts,
    batch: place.batch,
    paymentsPerSecond: Math.round(result.paymentsPerSecond),
    ratioToVerifyLimit: round(result.paymentsPerSecond / limit.perSecond, 3),
    p50Ms: round(result.p50Ms, 2),
    p99Ms: round(result.p99Ms, 2),
    serverCpuUsPerPayment: round(result.serverUs, 1),
    databaseCpuUsPerPayment: round(result.databaseUs, 1),
    clientCpuUsPerPayment: round(result.clientUs, 1),
    serverCpuUsBesidesVerifying: round(result.serverUs - 1e6 / limit.perThread, 1),
    serverCpuPerVerification: round((result.serverUs * limit.perThread) / 1e6, 3),
    verifyLimitPerSecond: Math.round(limit.perSecond),
    foreignCores: round(result.foreignCores, 2),
    storedBefore: place.storedBefore,
    once: place.once,
  };
}

const COLUMNS: readonly (readonly [string, number, (row: Row) => string | number])[] = [
  ['engine', -10, (row) => row.engine],
  ['proc', 4, (row) => row.processes],
  ['accounts', -12, (row) => `${row.accounts}${row.once ? ' once' : ''}`],
  ['stored', 8, (row) => row.storedBefore],
  ['batch', 5, (row) => row.batch],
  ['payments/s', 10, (row) => row.paymentsPerSecond],
  ['ratio', 6, (row) => row.ratioToVerifyLimit.toFixed(2)],
  ['p50 ms', 7, (row) => row.p50Ms.toFixed(1)],
  ['p99 ms', 7, (row) => row.p99Ms.toFixed(1)],
  ['server µs', 9, (row) => row.serverCpuUsPerPayment.toFixed(1)],
  ['besides', 7, (row) => row.serverCpuUsBesidesVerifying.toFixed(1)],
  ['× verify', 8, (row) => row.serverCpuPerVerification.toFixed(2)],
  ['db µs', 6, (row) => row.databaseCpuUsPerPayment.toFixed(1)],
  ['client µs', 9, (row) => row.clientCpuUsPerPayment.toFixed(1)],
  ['foreign', 7, (row) => `${row.foreignCores > FOREIGN_MAX ? '~' : ''}${row.foreignCores}`],
];

const pad = (text: string, width: number) =>
  width < 0 ? text.padEnd(-width) : text.padStart(width);

export const ROW_HEAD = COLUMNS.map(([name, width]) => pad(name, width)).join('  ');

export const formatRow = (row: Row): string =>
  COLUMNS.map(([, width, read]) => pad(String(read(row)), width)).join('  ');
