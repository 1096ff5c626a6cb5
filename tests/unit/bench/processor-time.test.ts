import { expect, test } from 'vitest';
import {
  foreignCores,
  parseBusyTicks,
  parseProcessStat,
  subtractTimes,
} from '../../bench/server/processor-time.ts';

const stat = (name: string) =>
  `4711 (${name}) S 17 4711 4711 0 -1 4194560 9052 3301 12 0 250 125 40 30 20 0 11 0 8123 1156378624`;

test('a process’s time is its own in both modes, and apart from it that of children that ended', () => {
  expect(parseProcessStat(stat('node'))).toEqual({
    name: 'node',
    parent: 17,
    ownTicks: 375,
    endedTicks: 70,
  });
});

test.each(['tmux: server', 'a) S 1 (b', ') '])('a process may be called %s', (name) => {
  expect(parseProcessStat(stat(name))).toMatchObject({ name, parent: 17, ownTicks: 375 });
});

test('waiting for disks is no work, and neither is what a guest was counted for twice', () => {
  const text = 'cpu  100 20 30 5000 700 1 2 40 100 0\ncpu0 50 10 15 2500 350 1 1 20 50 0\n';
  expect(parseBusyTicks(text)).toBe(153);
});

test('what nobody of ours used is foreign', () => {
  const before = { serverUs: 1_000_000, databaseUs: 500_000, ownUs: 100_000, machineUs: 9_000_000 };
  const after = {
    serverUs: 2_000_000,
    databaseUs: 1_000_000,
    ownUs: 200_000,
    machineUs: 11_600_000,
  };
  const used = subtractTimes(after, before);
  expect(used).toEqual({
    serverUs: 1_000_000,
    databaseUs: 500_000,
    ownUs: 100_000,
    machineUs: 2_600_000,
  });
  expect(foreignCores(used, 2000)).toBe(0.5);
});

test('clocks that disagree make no negative load', () => {
  const used = { serverUs: 900, databaseUs: 200, ownUs: 100, machineUs: 1000 };
  expect(foreignCores(used, 1)).toBe(0);
});
