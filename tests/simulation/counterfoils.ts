// What two phones do without any network: one shows a payment on its screen, the other looks at it; and
// before that, setting money aside while the server can be reached.
import { createOutboxLock } from '#device/outbox-lock.ts';
import { verifyEs256 } from '#device/verify-es256.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import { ROUTES } from '#protocol/routes.ts';
import { decodeAccountState, decodeProblem } from '#protocol/wire.ts';
import { decodeAllowanceGrant, decodeDeviceList } from '#protocol/wire-offline.ts';
import {
  checkPresented,
  type Presented,
  takenCounterfoil,
  takingKeys,
} from '#wallet/check-counterfoil.ts';
import { createAllowanceKeeper } from '#wallet/keep-allowances.ts';
import type { AllowanceOffice } from '#wallet/ports.ts';
import { counterfoilOf } from '#wallet/show-counterfoil.ts';
import type { WalletResponse } from '../support/server-wallet.ts';
import { type Phone, type Surroundings, unlessStorageFails } from './phone.ts';

/** What stands on a payer's screen, for whoever looks. */
export type Shown = { readonly id: string; readonly presented: Presented };

function answered<T>(response: WalletResponse, decode: (value: unknown) => Outcome<T>): Outcome<T> {
  if (response.statusCode < 300) return decode(response.statusCode === 204 ? {} : response.json());
  const refusal = decodeProblem(response.json());
  return refusal ? { ok: false, refusal } : refuse('unavailable');
}

/** Requests and answers get lost; what the server did it has done all the same. */
function officeOf(phone: Phone, { server, chance }: Surroundings): AllowanceOffice {
  const { gates } = phone.page;
  const headers = { cookie: phone.owner.cookie };
  async function ask<T>(
    url: string,
    payload: object,
    decode: (value: unknown) => Outcome<T>,
  ): Promise<Outcome<T>> {
    await gates.at('ask the office');
    const fate = chance.weighted({ well: 6, lost: 1, 'answer lost': 1 });
    if (fate === 'lost') return refuse('unavailable');
    const response = await server.inject({ method: 'POST', url, headers, payload });
    await gates.at('the office answers');
    return fate === 'answer lost' ? refuse('unavailable') : answered(response, decode);
  }
  return {
    request: ({ amountMinor, ...body }) =>
      ask(
        ROUTES.allowances.path,
        { ...body, amountMinor: String(amountMinor) },
        decodeAllowanceGrant,
      ),
    async readOpen(device) {
      await gates.at('ask the office');
      const response = await server.inject({ url: ROUTES.deviceList.path, headers });
      const list = answered(response, decodeDeviceList);
      if (!list.ok) return list;
      return accept(list.value.devices.find((each) => each.device === device)?.allowances ?? []);
    },
    release: (body) => ask(ROUTES.allowanceRelease.path, body, () => accept(undefined)),
  };
}

/** As a page does: reads its account, then has its purses filled. */
export function keepPurse(phone: Phone, around: Surroundings): void {
  const { store, gates } = phone.page;
  const lock = createOutboxLock({ locks: undefined });
  const clock = { nowMs: () => around.nowMs() + phone.skewMs };
  gates.run(() =>
    unlessStorageFails(async () => {
      const headers = { cookie: phone.owner.cookie };
      await gates.at('account');
      const response = await around.server.inject({ url: ROUTES.account.path, headers });
      const account = decodeAccountState(response.json());
      if (!account.ok) throw new Error(`${response.statusCode}: ${account.refusal.detail}`);
      await store.writeAccount(account.value, clock.nowMs());
      const office = officeOf(phone, around);
      const freshKeys = async () => undefined;
      const parts = { store, office, clock, verify: verifyEs256, freshKeys, lock };
      await createAllowanceKeeper(parts).keep();
    }),
  );
}

/** The payer turns the phone round. First it is marked as seen by others. */
export function show(
  payer: Phone,
  id: string,
  around: Surroundings,
  onScreen: (shown: Shown) => void,
): void {
  const { store, gates } = payer.page;
  gates.run(() =>
    unlessStorageFails(async () => {
      const claimed = await store.claim([id], around.nowMs() + payer.skewMs);
      if (claimed.length === 0) return;
      const story = await store.readStory(id);
      if (!story) return;
      const counterfoil = counterfoilOf(story.payment);
      const presented: Presented = counterfoil
        ? { kind: 'counterfoil', bytes: counterfoil }
        : { kind: 'authorization', bytes: story.payment.authorization };
      onScreen({ id, presented });
    }),
  );
}

function bent(bytes: Bytes, { chance }: Surroundings): Bytes {
  const copy = bytes.slice();
  const at = chance.below(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << chance.below(8));
  return copy;
}

/** The payee's camera sees it, sometimes badly, and the payee keeps what is at least a promise. */
export function take(payee: Phone, shown: Shown, around: Surroundings): void {
  const { store, gates, relay } = payee.page;
  const isBent = around.chance.chance(0.2);
  const { kind, bytes } = shown.presented;
  const presented: Presented = { kind, bytes: isBent ? bent(bytes, around) : bytes };
  gates.run(() =>
    unlessStorageFails(async () => {
      const keys = takingKeys(presented);
      if (!keys.ok) return;
      const view = await store.readTaking(keys.value);
      if (!view.ok) return;
      const nowMs = around.nowMs() + payee.skewMs;
      const verdict = await checkPresented(presented, { ...view.value, nowMs }, verifyEs256);
      if (verdict.kind === 'refused') return;
      // A bare promise cannot be checked without a network, so only a counterfoil tells that it was bent.
      if (isBent && kind === 'counterfoil') throw new Error(`bent, and judged ${verdict.kind}`);
      if (isBent) return;
      const taken = await store.take(takenCounterfoil(presented, verdict, nowMs));
      if (!taken.ok) return;
      payee.took.add(taken.value.id);
      await relay.drain('enqueue');
    }),
  );
}

/** Said from any other browser of the account. */
export async function reportLost(phone: Phone, { server }: Surroundings): Promise<void> {
  const response = await server.inject({
    method: 'POST',
    url: ROUTES.deviceFreeze.path,
    headers: { cookie: phone.owner.cookie },
    payload: { device: phone.device },
  });
  if (response.statusCode !== 204) throw new Error(`${response.statusCode} ${response.body}`);
}
