/** Owns what the kernel says of processor time: of a process, of its family, of the whole machine. */
import { readdirSync, readFileSync } from 'node:fs';

/** Fixed for every program by Linux, whatever the kernel's own clock. */
const TICKS_PER_S = 100;
const US_PER_TICK = 1_000_000 / TICKS_PER_S;

export type ProcessTimes = {
  readonly name: string;
  readonly parent: number;
  readonly ownTicks: number;
  /** Of children that have ended and were waited for. */
  readonly endedTicks: number;
};

/** A line of /proc/PID/stat (proc(5)). The name stands in brackets and may hold brackets itself. */
export function parseProcessStat(text: string): ProcessTimes {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  const field = (number: number) => Number(fields[number - 3]);
  return {
    name: text.slice(open + 1, close),
    parent: field(4),
    ownTicks: field(14) + field(15),
    endedTicks: field(16) + field(17),
  };
}

/** The first line of /proc/stat: ticks in which some processor worked, for whomever. */
export function parseBusyTicks(text: string): number {
  const [line = ''] = text.split('\n', 1);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return user + nice + system + irq + softirq;
}

function timesOf(pid: number): ProcessTimes | null {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null; // It has ended.
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')
        .split(' ')
        .filter((text) => text !== '')
        .map(Number),
    );
  } catch {
    return [];
  }
}

/** The process and all that came from it, but for the families of `without`. */
export function familyOf(pid: number, without: readonly number[] = []): number[] {
  if (without.includes(pid)) return [];
  return [pid, ...childrenOf(pid).flatMap((child) => familyOf(child, without))];
}

export type Watched = { readonly servers: readonly number[]; readonly postmaster: number };

export type ProcessorTimes = {
  readonly serverUs: number;
  readonly databaseUs: number;
  /** Of the process that asks. */
  readonly ownUs: number;
  readonly machineUs: number;
};

export function readProcessorTimes({ servers, postmaster }: Watched): ProcessorTimes {
  const ticksOf = (pid: number) => timesOf(pid)?.ownTicks ?? 0;
  const family = servers.flatMap((server) => familyOf(server, [postmaster]));
  const serverTicks = family.reduce((sum, pid) => sum + ticksOf(pid), 0);
  // What a backend used that ended meanwhile is its postmaster's to tell.
  const databaseTicks = familyOf(postmaster).reduce(
    (sum, pid) => sum + ticksOf(pid),
    timesOf(postmaster)?.endedTicks ?? 0,
  );
  const own = process.cpuUsage();
  return {
    serverUs: serverTicks * US_PER_TICK,
    databaseUs: databaseTicks * US_PER_TICK,
    ownUs: own.user + own.system,
    machineUs: parseBusyTicks(readFileSync('/proc/stat', 'utf8')) * US_PER_TICK,
  };
}

export function subtractTimes(after: ProcessorTimes, before: ProcessorTimes): ProcessorTimes {
  return {
    serverUs: after.serverUs - before.serverUs,
    databaseUs: after.databaseUs - before.databaseUs,
    ownUs: after.ownUs - before.ownUs,
    machineUs: after.machineUs - before.machineUs,
  };
}

/** How many processors somebody else kept busy. */
export function foreignCores(times: ProcessorTimes, elapsedMs: number): number {
  const { machineUs, serverUs, databaseUs, ownUs } = times;
  return Math.max(0, machineUs - serverUs - databaseUs - ownUs) / (elapsedMs * 1000);
}

/** Resident memory in MB; null when the process has ended. */
export function residentMb(pid: number): number | null {
  try {
    const kb = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kb) / 1024;
  } catch {
    return null;
  }
}
