// The server is restored from an old backup: what phones hold receipts of must come back, and nothing twice.
import { decodeAuthorization } from '#protocol/authorization.ts';
import { toBase64url } from '#protocol/bytes.ts';
import { readDisk } from './invariants.ts';
import { readSettled } from './server-invariants.ts';
import type { World } from './world.ts';

/** Ids that somebody may bring without a receipt: they wait, are on their way, or stand on a screen. */
async function openIds({ phones, network, shown, dishonest }: World): Promise<Set<string>> {
  const ids = new Set([...shown.map(({ id }) => id), ...(dishonest?.signed ?? [])]);
  for (const phone of phones) for (const { id } of (await readDisk(phone)).outbox) ids.add(id);
  for (const { items } of network.late) {
    for (const bytes of items) {
      const decoded = decodeAuthorization(bytes);
      if (decoded.ok) ids.add(toBase64url(decoded.value.id));
    }
  }
  return ids;
}

/** What phones hold receipts of, and what of it was accepted and is not dated later than now. */
async function heldIds({ phones, nowMs }: World) {
  const held = new Set<string>();
  const upheld = new Set<string>();
  for (const phone of phones) {
    const { payments, taken } = await readDisk(phone);
    for (const { id, receipt, state, authorization } of [...payments, ...taken]) {
      if (!receipt) continue;
      held.add(id);
      const decoded = decodeAuthorization(authorization);
      const isPast = decoded.ok && decoded.value.order.authorizedAtS * 1000 <= nowMs();
      if (state === 'accepted' && isPast) upheld.add(id);
    }
  }
  return { held, upheld };
}

/** For so long phones have to bring back what they hold, before anything is refused that may have been accepted. */
export const AWAITED_FOR_MS = 30 * 24 * 3_600_000;

/** Longer than a payment is good for. */
const TOO_LATE_MS = 8 * 24 * 3_600_000;

/** Who has the bytes of what was accepted, and no receipt, is there before every phone that has one. */
async function bringFirst(world: World, upheld: ReadonlySet<string>): Promise<void> {
  const { network, chance } = world;
  if (chance.chance(0.5)) world.advance(TOO_LATE_MS);
  for (const batch of network.sentKnown(upheld)) {
    if (batch.length > 0) await network.bring(batch, 'anybody');
  }
}

export async function restoreServer(world: World): Promise<void> {
  const { server, network, book, chronicle, had, chance } = world;
  if (!had.has('backup') || had.has('restore')) return;
  had.add('restore');
  const before = await readSettled(server);
  await server.restore();
  network.forget();
  const known = await readSettled(server);
  const lost = [...before].filter((id) => !known.has(id)).length;
  chronicle.fault('server restored', `the server is restored from its backup; it forgets ${lost}`);
  const untilS = Math.floor((world.nowMs() + AWAITED_FOR_MS) / 1000);
  const ids = await heldIds(world);
  book.restored({ known, ...ids, open: await openIds(world), untilS });
  for (const device of world.newDevices) world.lostDevices.add(device);
  world.restores++;
  if (chance.chance(0.5)) await bringFirst(world, ids.upheld);
}
