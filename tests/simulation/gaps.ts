// I3, for what no phone has any more: the numbers of payments that never came are told of, those and no others.
import { readGaps } from '#ledger/read-gaps.ts';
import { must } from './broken.ts';
import { accountOf, type Phone } from './phone.ts';
import type { World } from './world.ts';

type Row = { readonly device: number; readonly seq: bigint };

/** Found by counting, which nobody would do in a ledger of a million payments. */
async function countMissing({ server }: World, account: Uint8Array): Promise<string[]> {
  const ask = async (text: string) => (await server.database.query<Row>(text, [account])).rows;
  const come = await ask('SELECT device, seq FROM payment WHERE payer = $1');
  const counted = await ask(
    'SELECT number AS device, last_seq AS seq FROM device WHERE account = $1',
  );
  const tops = new Map<number, bigint>();
  for (const { device, seq } of [...come, ...counted]) {
    const top = tops.get(device) ?? 0n;
    tops.set(device, seq > top ? seq : top);
  }
  const known = new Set(come.map(({ device, seq }) => `${device}:${seq}`));
  const missing: string[] = [];
  for (const [device, top] of tops) {
    for (let seq = 1n; seq <= top; seq++) {
      if (!known.has(`${device}:${seq}`)) missing.push(`${device}:${seq}`);
    }
  }
  return missing;
}

export async function checkGaps(world: World): Promise<void> {
  const { server, phones, retired } = world;
  await server.wakeTimers();
  const payers = new Map<string, Phone>();
  for (const phone of [...phones, ...retired]) payers.set(accountOf(phone), phone);
  for (const [name, { owner }] of payers) {
    const told: string[] = [];
    for (const { device, firstSeq, lastSeq } of await readGaps(server.database, owner.account)) {
      for (let seq = firstSeq; seq <= lastSeq; seq++) told.push(`${device}:${seq}`);
    }
    const missing = await countMissing(world, owner.account);
    const sorted = [told, missing].map((list) => list.sort().join());
    must(sorted[0] === sorted[1], 'I3', `${name} misses ${sorted[1]}, and is told of ${sorted[0]}`);
  }
}
