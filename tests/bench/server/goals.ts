/** Owns what the rows should reach. Pure. */
import type { BenchLine } from '../section.ts';
import type { Row } from './measured-row.ts';

/** As a fraction of the verify limit of all cores, which server, database and client share. */
const RATIO_GOALS: Readonly<Record<number, number>> = { 200: 0.68, 20: 0.6, 1: 0.42 };
const BESIDES_US_MAX = 9;
/** A ledger a hundred times as large may cost what a measurement strays. */
const GROWTH_MAX = 1.1;

const isPlain = (row: Row) => !row.once && row.storedBefore === 0;

function rowGoals(row: Row): BenchLine[] {
  const ratioGoal = RATIO_GOALS[row.batch];
  if (!isPlain(row) || row.accounts !== 'spread' || row.processes !== 1) return [];
  if (ratioGoal === undefined) return [];
  const where = `${row.engine}, batches of ${row.batch}`;
  const besides: BenchLine = {
    what: `${where}: server besides verifying`,
    measured: row.serverCpuUsBesidesVerifying,
    unit: 'µs',
  };
  return [
    {
      what: `${where}: of the verify limit`,
      measured: row.ratioToVerifyLimit,
      unit: '×',
      goal: ratioGoal,
      goalIs: 'at least',
    },
    row.batch > 1 ? { ...besides, goal: BESIDES_US_MAX, goalIs: 'at most' } : besides,
  ];
}

/** Both as fractions of the limit of their own minute, since the machine's speed strays. */
function hotGoal(hot: Row, rows: readonly Row[]): BenchLine[] {
  if (!isPlain(hot) || hot.accounts !== 'hot') return [];
  const spread = rows.find(
    (row) =>
      isPlain(row) &&
      row.accounts === 'spread' &&
      row.engine === hot.engine &&
      row.processes === hot.processes &&
      row.batch === hot.batch,
  );
  if (!spread) return [];
  const many = hot.processes === 1 ? 'one process' : `${hot.processes} processes`;
  return [
    {
      what: `${hot.engine}, ${many}, batches of ${hot.batch}: one payee to many`,
      measured: hot.ratioToVerifyLimit / spread.ratioToVerifyLimit,
      unit: '×',
      goal: hot.processes === 1 ? 1 : 0.8,
      goalIs: 'at least',
    },
  ];
}

/** In verifications, for the same reason. */
const costOf = (row: Row) =>
  ((row.serverCpuUsPerPayment + row.databaseCpuUsPerPayment) * row.serverCpuPerVerification) /
  row.serverCpuUsPerPayment;

function growthGoal(large: Row, rows: readonly Row[]): BenchLine[] {
  if (large.storedBefore < 100_000 || large.once) return [];
  const small = rows.find(
    (row) =>
      row.storedBefore === 10_000 &&
      !row.once &&
      row.batch === large.batch &&
      row.engine === large.engine,
  );
  if (!small) return [];
  return [
    {
      what: `batches of ${large.batch}: cost with ${large.storedBefore} stored, to ${small.storedBefore}`,
      measured: costOf(large) / costOf(small),
      unit: '×',
      goal: GROWTH_MAX,
      goalIs: 'at most',
    },
  ];
}

export function goalsOf(rows: readonly Row[]): BenchLine[] {
  return [
    ...rows.flatMap(rowGoals),
    ...rows.flatMap((row) => hotGoal(row, rows)),
    ...rows.flatMap((row) => growthGoal(row, rows)),
  ];
}
