// A payer whose wallet keeps none of its own rules: it signs, with the production code, what an honest one
// never would. It has chance of its own, so a world without it is what it was.
import { fundAccount } from '#ledger/fund-account.ts';
import {
  allowanceSignedBytes,
  decodeAllowance,
  type SignedAllowance,
  validUntilS,
} from '#protocol/allowance.ts';
import { type Bytes, toBase64url } from '#protocol/bytes.ts';
import { encodeCounterfoil } from '#protocol/counterfoil.ts';
import {
  encodeOrder,
  NONCE_LENGTH,
  type Order,
  paymentId,
  requestDigest,
} from '#protocol/order.ts';
import { readPaymentRequest } from '#protocol/payment-request.ts';
import { decodeAllowanceGrant } from '#protocol/wire-offline.ts';
import type { Presented } from '#wallet/check-counterfoil.ts';
import {
  askForAllowance,
  coveredOrder,
  enrol,
  orderFor,
  readState,
  releaseAllowance,
  type ServerWallet,
  type WalletAllowance,
} from '../support/server-wallet.ts';
import { freezeDevice, take } from './counterfoils.ts';
import type { Code } from './paying.ts';
import { EUR } from './phone.ts';
import { createTurning, type Turning } from './seeded.ts';
import type { World } from './world.ts';

const NAME = 'Zeca';
/** Of its own stream; any other number would do as well. */
const STREAM = 0x5eca;
/** Worlds that have one. */
const SHARE = 0.25;
/** Steps at which it does something. */
const DEEDS_A_STEP = 0.14;
const WANTED_MINOR = 300_00n;
const DAY_S = 86_400;

/** What it does, and how often: more than most payers meet in a life, so that money and patience run out. */
export const DEEDS = {
  'sets money aside': 5,
  'gives it back and spends all it has': 4,
  'promises what it may': 3,
  'promises the same money again': 10,
  'promises under a number that it has used': 4,
  'promises more than it may': 3,
  'promises under words that nobody signed': 1,
  'brings a promise itself': 4,
  'pays a cent for a sale': 2,
  'is given money': 1.5,
  'reports its phone lost, and goes on with it': 0.4,
};

type Deed = keyof typeof DEEDS;

export type Dishonest = {
  /** Its account, base32. */
  readonly account: string;
  /** Ids of all that it has signed, whether anybody was shown it or not. */
  readonly signed: ReadonlySet<string>;
  /** Of them, those that were shown with words that the server never signed. */
  readonly forged: ReadonlySet<string>;
  /** Perhaps it does something at this step. */
  act(world: World, step: number): Promise<void>;
};

type Grant = WalletAllowance & { readonly signed: SignedAllowance };
type Promised = { readonly id: string; readonly seq: number; readonly authorization: Bytes };

type Wallet = {
  readonly owner: ServerWallet;
  readonly chance: Turning;
  /** Every allowance it was ever given, whatever became of it. */
  readonly grants: Grant[];
  readonly promised: Promised[];
  readonly signed: Set<string>;
  readonly forged: Set<string>;
  /** Codes that hang on a wall, for any amount. */
  readonly printed: readonly Code[];
};

const least = (a: bigint, b: bigint) => (a < b ? a : b);

function readCode({ text }: Code) {
  const reading = readPaymentRequest(text);
  const own = reading.ok ? reading.value.counterfoil : undefined;
  if (!reading.ok || !own) throw new Error('our own code');
  return {
    payee: own.payee,
    askedMinor: reading.value.amountMinor,
    words: { requestDigest: requestDigest(text), once: own.requestId !== undefined },
  };
}

/** A wall’s code mostly, else one that was made for a sale a short while ago. */
function pickCode({ chance, printed }: Wallet, { codes }: World): Code {
  return chance.chance(0.6) ? chance.pick(printed) : chance.pick(codes.slice(-8));
}

/** Up to what the allowance lets one payment be: large ones mostly, so that money runs out. */
function pickAmount({ chance }: Wallet, { allowance: { capMinor } }: Grant): bigint {
  return chance.pick([capMinor, capMinor, capMinor / 2n, BigInt(1 + chance.below(50_00))]) || 1n;
}

function sign(wallet: Wallet, order: Order): Promised {
  const bytes = encodeOrder(order);
  const promised = {
    id: toBase64url(paymentId(bytes)),
    seq: order.seq,
    authorization: wallet.owner.authenticator.approve(bytes),
  };
  wallet.promised.push(promised);
  wallet.signed.add(promised.id);
  return promised;
}

/** The newest of them mostly; what has ended long ago sometimes. */
function pickGrant({ chance, grants }: Wallet): Grant | undefined {
  return grants.length > 0 ? chance.pick(grants.slice(-3)) : undefined;
}

type Wish = Partial<Pick<Order, 'seq' | 'spentBeforeMinor' | 'validUntilS' | 'amountMinor'>>;

/** Signs an order that names the allowance, as far as the wish goes otherwise than it may, and shows it. */
async function promise(wallet: Wallet, world: World, grant: Grant, wish: Wish): Promise<Promised> {
  const { chance, owner } = wallet;
  const code = pickCode(wallet, world);
  const { payee, askedMinor, words } = readCode(code);
  const amountMinor = wish.amountMinor ?? askedMinor ?? pickAmount(wallet, grant);
  const endS = validUntilS(grant.allowance);
  const nowS = Math.floor(world.nowMs() / 1000);
  const weekS = nowS + 7 * DAY_S;
  const order = await coveredOrder(world.server, owner, payee, grant, {
    ...words,
    nonce: chance.bytes(NONCE_LENGTH),
    ...wish,
    // An order that has ended before it began nobody could read.
    validUntilS: Math.max(wish.validUntilS ?? Math.min(weekS, endS), nowS),
    amountMinor,
  });
  const promised = sign(wallet, order);
  show(wallet, world, promised, code, grant.signed);
  return promised;
}

function show(
  { chance }: Wallet,
  { phones, shown, around, chronicle }: World,
  { id, authorization }: Promised,
  code: Code,
  signed: SignedAllowance,
): void {
  const presented: Presented = {
    kind: 'counterfoil',
    bytes: encodeCounterfoil(authorization, signed),
  };
  const screen = { id, presented };
  chronicle.tell(`${NAME} shows ${chronicle.nameOf(id)} to ${code.payee}`);
  // It stays on the screen, and anybody may look at it later.
  if (chance.chance(0.4)) shown.push(screen);
  const payee = phones.find(({ name }) => name === code.payee);
  if (payee) take(payee, screen, around);
}

async function bring({ network }: World, { authorization }: Promised): Promise<void> {
  await network.bring([authorization], NAME);
}

async function freeMoney({ owner }: Wallet, { server }: World): Promise<bigint> {
  const { balances } = await readState(server, owner);
  const own = balances.find(({ currency }) => currency === EUR);
  return own ? own.amountMinor - own.heldMinor - own.owedMinor : 0n;
}

/** At once, and beside every allowance. */
async function payNow(wallet: Wallet, world: World, code: Code, amountMinor: bigint) {
  const { payee, words } = readCode(code);
  const nonce = wallet.chance.bytes(NONCE_LENGTH);
  const change = { ...words, nonce, amountMinor };
  await bring(world, sign(wallet, await orderFor(world.server, wallet.owner, payee, change)));
}

type Doing = (wallet: Wallet, world: World) => Promise<unknown> | undefined;
type Promising = (wallet: Wallet, world: World, grant: Grant) => Promise<unknown> | undefined;

/** Without an allowance there is nothing to promise. */
const withGrant =
  (promising: Promising): Doing =>
  (wallet, world) => {
    const grant = pickGrant(wallet);
    return grant && promising(wallet, world, grant);
  };

const DOINGS: Readonly<Record<Deed, Doing>> = {
  async 'sets money aside'(wallet, world) {
    const { owner, grants } = wallet;
    const amountMinor = least(await freeMoney(wallet, world), WANTED_MINOR);
    if (amountMinor <= 0n) return;
    const response = await askForAllowance(world.server, owner, { amountMinor });
    const granted = response.statusCode === 201 && decodeAllowanceGrant(response.json());
    if (granted === false || !granted.ok) return;
    const signed = decodeAllowance(granted.value.allowance);
    if (!signed.ok) throw new Error(signed.refusal.code);
    const { allowance: bytes, countSoft } = granted.value;
    const { allowance } = signed.value;
    grants.push({ bytes, allowance, countSoft, spentMinor: 0n, signed: signed.value });
  },
  async 'gives it back and spends all it has'(wallet, world) {
    await releaseAllowance(world.server, wallet.owner);
    const amountMinor = await freeMoney(wallet, world);
    if (amountMinor > 0n)
      await payNow(wallet, world, wallet.chance.pick(wallet.printed), amountMinor);
  },
  'promises what it may': withGrant((wallet, world, grant) => {
    const { totalMinor, capMinor } = grant.allowance;
    const leftMinor = totalMinor - grant.spentMinor;
    const amountMinor = least(least(leftMinor, capMinor), 20_00n);
    return amountMinor > 0n ? promise(wallet, world, grant, { amountMinor }) : undefined;
  }),
  'promises the same money again': withGrant((wallet, world, grant) =>
    promise(wallet, world, grant, { spentBeforeMinor: 0n }),
  ),
  'promises under a number that it has used': withGrant((wallet, world, grant) => {
    // A counterfoil has no way to say a number before its allowance’s first.
    const used = wallet.promised.filter(({ seq }) => seq >= grant.allowance.firstSeq).slice(-6);
    if (used.length === 0) return undefined;
    const { seq } = wallet.chance.pick(used);
    return promise(wallet, world, grant, { spentBeforeMinor: 0n, seq });
  }),
  'promises more than it may': withGrant((wallet, world, grant) => {
    const { totalMinor, capMinor, countMax, firstSeq } = grant.allowance;
    const beyond: readonly Wish[] = [
      { amountMinor: capMinor + 1n, spentBeforeMinor: 0n },
      { amountMinor: 2n, spentBeforeMinor: totalMinor - 1n },
      { seq: firstSeq + countMax, spentBeforeMinor: 0n },
      { validUntilS: validUntilS(grant.allowance) + 3600, spentBeforeMinor: 0n },
    ];
    return promise(wallet, world, grant, wallet.chance.pick(beyond));
  }),
  'promises under words that nobody signed': withGrant(async (wallet, world, grant) => {
    const { signed } = grant;
    const { keyId, signature } = signed;
    const allowance = { ...signed.allowance, totalMinor: signed.allowance.totalMinor + 1n };
    const forged = { allowance, keyId, signature, signed: allowanceSignedBytes(allowance, keyId) };
    const altered = { ...grant, allowance, signed: forged };
    const { id } = await promise(wallet, world, altered, { spentBeforeMinor: 0n });
    wallet.forged.add(id);
  }),
  async 'brings a promise itself'({ chance, promised }, world) {
    if (promised.length > 0) await bring(world, chance.pick(promised.slice(-12)));
  },
  async 'pays a cent for a sale'(wallet, world) {
    const code = wallet.chance.pick(world.codes.slice(-4));
    await payNow(wallet, world, code, 1n);
  },
  async 'is given money'({ owner, chance }, { server, nowMs }) {
    const amountMinor = BigInt(1 + chance.below(100_00));
    const funding = { id: chance.bytes(16), account: owner.account, currency: EUR, amountMinor };
    await fundAccount(server.database, funding, Math.floor(nowMs() / 1000));
  },
  'reports its phone lost, and goes on with it': ({ owner }, { server }) =>
    freezeDevice(server, owner, owner.device),
};

async function actOnce(wallet: Wallet, world: World): Promise<void> {
  const deed = wallet.chance.weighted(DEEDS);
  world.chronicle.fault(`dishonest: ${deed}`, `${NAME} ${deed}`);
  world.trace.push(`${NAME}: ${deed}`);
  await DOINGS[deed](wallet, world);
}

/** Undefined: in this world nobody lies. */
export async function letDishonestIn(
  server: World['server'],
  printed: readonly Code[],
  seed: number,
): Promise<Dishonest | undefined> {
  const chance = createTurning(seed ^ STREAM);
  if (!chance.chance(SHARE)) return undefined;
  const owner = await enrol(server, NAME);
  const [signed, forged] = [new Set<string>(), new Set<string>()];
  const wallet: Wallet = { owner, chance, grants: [], promised: [], signed, forged, printed };
  return {
    account: owner.enrolment.account.profile.account,
    signed,
    forged,
    async act(world, step) {
      chance.turn(step);
      if (chance.chance(DEEDS_A_STEP)) await actOnce(wallet, world);
    },
  };
}
