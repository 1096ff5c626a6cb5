// What a page does when it is shown: account, statement, keys, and the money set aside, as far as it gets.
import { withCount } from '#device/account-api.ts';
import { createOutboxLock } from '#device/outbox-lock.ts';
import { verifyEs256 } from '#device/verify-es256.ts';
import { type Outcome, refuse } from '#protocol/refusals.ts';
import { ROUTES } from '#protocol/routes.ts';
import {
  decodeAccountState,
  decodeProblem,
  decodeServerIdentity,
  decodeStatement,
} from '#protocol/wire.ts';
import { decodeAllowanceGrant, decodeDeviceList } from '#protocol/wire-offline.ts';
import { fetchServerKeys, keepServerKeys } from '#ui/server-keys.ts';
import { type AllowanceKeeper, createAllowanceKeeper } from '#wallet/keep-allowances.ts';
import type { AllowanceOffice } from '#wallet/ports.ts';
import { accountOf, type Phone, type Process, unlessStorageFails } from './phone.ts';
import type { ServerRequest } from './simulated-server.ts';

async function call<T>(
  { link, page }: Phone,
  request: ServerRequest,
  decode: (value: unknown) => Outcome<T>,
): Promise<Outcome<T>> {
  const response = await link.ask(page.gates, request);
  if (!response) return refuse('unavailable');
  if (response.statusCode < 300) return decode(response.statusCode === 204 ? {} : response.json());
  const refusal = decodeProblem(response.json());
  return refusal ? { ok: false, refusal } : refuse('unavailable');
}

const headersOf = ({ owner }: Phone) => ({ cookie: owner.cookie });

function officeOf(phone: Phone): AllowanceOffice {
  const post = <T>(url: string, payload: object, decode: (value: unknown) => Outcome<T>) =>
    call(phone, { method: 'POST', url, headers: headersOf(phone), payload }, decode);
  return {
    request: ({ amountMinor, ...body }) =>
      post(
        ROUTES.allowances.path,
        { ...body, amountMinor: String(amountMinor) },
        decodeAllowanceGrant,
      ),
    async readOpen(device) {
      const request = { url: ROUTES.deviceList.path, headers: headersOf(phone) };
      const list = await call(phone, request, decodeDeviceList);
      if (!list.ok) return list;
      const own = list.value.devices.find((each) => each.device === device);
      return { ok: true, value: own?.allowances ?? [] };
    },
    release: (body) =>
      post(ROUTES.allowanceRelease.path, body, () => ({ ok: true, value: undefined })),
  };
}

/** As `ui/server-keys.ts` is given it. */
function keysOf(phone: Phone) {
  const { page, clock } = phone;
  const notice = { changed() {}, subscribe: () => () => {}, close() {} };
  const keeper = { store: page.store, clock, notice };
  const read = () => call(phone, { url: ROUTES.keys.path }, decodeServerIdentity);
  return { keeper, read };
}

type Keeping = { readonly keeper: AllowanceKeeper; running: number };

const keepings = new WeakMap<Process, Keeping>();

/** A page has one keeper, as its lock makes sure of all pages of a phone. */
function keepingOf(phone: Phone): Keeping {
  const { page, clock } = phone;
  const known = keepings.get(page);
  if (known) return known;
  const { keeper, read } = keysOf(phone);
  const made = createAllowanceKeeper({
    store: page.store,
    office: officeOf(phone),
    clock,
    verify: verifyEs256,
    freshKeys: () => fetchServerKeys(keeper, read),
    reofferedEpoch: async () => (await page.relay.drain('notice')).reofferedEpoch,
    lock: createOutboxLock({ locks: undefined }),
  });
  const keeping = { keeper: made, running: 0 };
  keepings.set(page, keeping);
  return keeping;
}

/** Called while it runs, it shares that, and waits at no gate of its own. */
async function keepAllowances(phone: Phone): Promise<void> {
  const { gates } = phone.page;
  const keeping = keepingOf(phone);
  keeping.running++;
  try {
    const kept = keeping.keeper.keep();
    await (keeping.running > 1 ? gates.join(kept) : kept);
  } finally {
    keeping.running--;
  }
}

const PAGES_MAX = 20;

/** Reads the statement from where it was read to. True when all of it is here. */
async function readStatement(phone: Phone): Promise<boolean> {
  const { store } = phone.page;
  for (let page = 0; page < PAGES_MAX; page++) {
    const after = await store.readEntriesVersion();
    const url = `${ROUTES.statement.path}?after=${after}`;
    const statement = await call(phone, { url, headers: headersOf(phone) }, decodeStatement);
    if (!statement.ok) return false;
    const { entries, version, epoch } = statement.value;
    const followed = await store.followEpoch(epoch);
    if (followed === 'older') return false;
    if (followed === 'newer') continue;
    const reached = entries.at(-1)?.version ?? version;
    if (entries.length > 0) await store.writeEntries(entries, reached, { epoch, after });
    if (reached < version) continue;
    const { keeper, read } = keysOf(phone);
    await keepServerKeys(keeper, read, epoch);
    return true;
  }
  return false;
}

async function refreshAll(phone: Phone): Promise<void> {
  const { store } = phone.page;
  const wallet = await store.readWallet();
  if (!wallet) return;
  const counted = { account: accountOf(phone), device: wallet.device, seq: wallet.lastSeq };
  const url = withCount(ROUTES.account, counted).path;
  const account = await call(phone, { url, headers: headersOf(phone) }, decodeAccountState);
  if (!account.ok) return;
  await store.writeAccount(account.value, phone.clock.nowMs());
  if (await readStatement(phone)) await keepAllowances(phone);
}

export function refresh(phone: Phone): void {
  phone.page.gates.run(() => unlessStorageFails(() => refreshAll(phone)));
}
