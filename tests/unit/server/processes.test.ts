import { expect, test } from 'vitest';
import { environmentWith } from '#server/command-arguments.ts';
import { readConfig } from '#server/settings.ts';
import { FIRST_PROCESS_CONNECTIONS_MAX, shareOfProcess } from '#server/share-of-process.ts';

function configWith(args: readonly string[], environment: Record<string, string> = {}) {
  const whole = environmentWith(args, environment);
  const config = whole.ok ? readConfig(whole.value) : whole;
  if (!config.ok) throw new Error(config.refusal.detail);
  return config.value;
}

test.each<[string[], number]>([
  [[], 1],
  [['--processes', '4'], 4],
  [['--processes=64'], 64],
])('the command line says how many processes: %j', (args, processes) => {
  expect(configWith(args).processes).toBe(processes);
});

test('the command line goes before the environment', () => {
  expect(configWith([], { PROCESSES: '2' }).processes).toBe(2);
  expect(configWith(['--processes', '3'], { PROCESSES: '2' }).processes).toBe(3);
});

test.each([
  [['--processes', '0'], /PROCESSES: expected a whole number from 1 to 64, but it is "0"/],
  [['--processes', '65'], /PROCESSES: /],
  [['--processes', 'all'], /PROCESSES: /],
  [['--processes'], /Usage: npm run serve -- \[--processes N\]/],
  [['--process', '2'], /Usage: npm run serve/],
  [['2'], /Usage: npm run serve/],
])('what makes no sense is refused: %j', (args, words) => {
  expect(() => configWith(args)).toThrow(words);
});

test('every process has two connections to the database at least, the one that starts them too', () => {
  expect(configWith([]).databaseConnectionsMax).toBe(10);
  expect(configWith(['--processes', '8']).databaseConnectionsMax).toBe(34);
  const few = { DATABASE_CONNECTIONS_MAX: '9' };
  expect(() => configWith(['--processes', '4'], few)).toThrow(/DATABASE_CONNECTIONS_MAX: .* 10\./);
});

test('the shares of all processes are never more than what the settings say', () => {
  for (const processes of [1, 2, 3, 7, 64]) {
    const whole = configWith(['--processes', String(processes)], {
      CEREMONIES_PER_MINUTE: '100',
      UPLOADS_PER_MINUTE: '6000',
    });
    const share = shareOfProcess(whole);
    const divided = ['ceremoniesPerMinute', 'uploadsPerMinute', 'databaseConnectionsMax'] as const;
    for (const name of divided) {
      expect(share[name]).toBeGreaterThanOrEqual(1);
      expect(share[name] * processes).toBeLessThanOrEqual(whole[name]);
    }
    const connections = share.databaseConnectionsMax * processes + FIRST_PROCESS_CONNECTIONS_MAX;
    if (processes > 1) expect(connections).toBeLessThanOrEqual(whole.databaseConnectionsMax);
    expect(share.databaseConnectionsMax).toBeGreaterThanOrEqual(2);
  }
});
