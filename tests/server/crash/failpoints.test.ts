import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bytes } from '#protocol/bytes.ts';
import { ROUTES } from '#protocol/routes.ts';
import { type Carrier, createCarrier } from '../../support/carrier.ts';
import {
  type KillableServers,
  type Operation,
  type Point,
  startKillableServers,
} from '../../support/killable-servers.ts';
import { enrolPeople, type Load, startLoad } from '../../support/load.ts';
import {
  authorize,
  authorizeCovered,
  EUR,
  enrol,
  grantAllowance,
  JPY,
  post,
  readState,
  releaseAllowance,
  type ServerWallet,
} from '../../support/server-wallet.ts';
import { startTestCluster, type TestCluster } from '../../support/test-database.ts';

/** What a new account is given, in minor units. */
const GIFT_MINOR = 100_000n;
const HELD_MINOR = 5_000n;
/** Most of the machine is for those who start anew. */
const LOAD_PAUSE_MS = 50;
const TIMEOUT_MS = 300_000;

let cluster: TestCluster;
let servers: KillableServers;
let carrier: Carrier;
let load: Load;
let ada: ServerWallet;
let ben: ServerWallet;
let cleo: ServerWallet;
let names = 0;
const statements = new Map<Story, string[]>();

beforeAll(async () => {
  cluster = await startTestCluster();
  servers = await startKillableServers(await cluster.empty());
  carrier = createCarrier(servers.bank);
  const people = await enrolPeople(servers.bank, 5);
  [ada, ben, cleo] = people as [ServerWallet, ServerWallet, ServerWallet];
  // Looked at before there is load; and the first of its kind may need more than those after it.
  for (const story of [payments, guaranteed, enrolment, granting, releasing, freezing]) {
    await (await story())(servers.bank);
    statements.set(story, await servers.statementsOf(await story()));
  }
  // Others pay all the while, by the same accounts too.
  load = startLoad(servers.bystanders, carrier, people.slice(1), 2, LOAD_PAUSE_MS);
});
afterAll(async () => {
  await servers?.dispose();
  await cluster?.stop();
});

const newcomer = (bank = servers.bank, currency?: number) =>
  enrol(bank, `Newcomer ${names++}`, currency);

/** Prepared at whoever lives; then done at the process that is to die. */
type Story = () => Promise<Operation>;

/** Three uploads at once: a repeat, one for a single sale, a covered one, a first one in a currency, a refusal. */
const payments: Story = async () => {
  const { bank } = servers;
  const stranger = await newcomer(bank, JPY);
  const granted = await grantAllowance(bank, ada, { amountMinor: HELD_MINOR });
  const known = await authorize(bank, cleo, ben);
  await carrier.carry([known]);
  const uploads: Bytes[][] = [
    [await authorize(bank, ada, ben), known, await authorize(bank, ada, ben)],
    [
      await authorize(bank, cleo, ben, {
        once: true,
        requestDigest: crypto.getRandomValues(new Uint8Array(8)),
      }),
      await authorizeCovered(bank, ada, cleo, granted, { amountMinor: 3n }),
    ],
    [
      await authorize(bank, ben, stranger),
      await authorize(bank, ben, ada, { amountMinor: 900_000_000n }),
    ],
  ];
  return async (at) => {
    await Promise.all(uploads.map((items) => carrier.carry(items, at)));
  };
};

/** A covered payment whose funds are gone: the operator pays it, and the promise counts as broken. */
const guaranteed: Story = async () => {
  const { bank } = servers;
  const dan = await newcomer();
  const own = await grantAllowance(bank, dan, { amountMinor: HELD_MINOR });
  const promise = await authorizeCovered(bank, dan, ben, own, { amountMinor: HELD_MINOR });
  await releaseAllowance(bank, dan);
  await carrier.carry([await authorize(bank, dan, cleo, { amountMinor: GIFT_MINOR })]);
  return (at) => carrier.carry([promise], at);
};

const enrolment: Story = async () => async (at) => {
  // Whoever hears nothing begins anew, with another passkey.
  for (;;) {
    const person = await newcomer(at).catch(() => undefined);
    if (person) return;
  }
};

/** As much as was set aside is held: once, or not at all. */
async function expectHeld(who: ServerWallet, heldMinor: bigint): Promise<void> {
  const { balances } = await readState(servers.bank, who);
  const own = balances.find(({ currency }) => currency === EUR);
  expect(own).toMatchObject({ amountMinor: GIFT_MINOR, heldMinor });
}

const granting: Story = async () => {
  const eve = await newcomer();
  return async (at) => {
    await grantAllowance(at, eve, { amountMinor: HELD_MINOR });
    await expectHeld(eve, HELD_MINOR);
  };
};

const releasing: Story = async () => {
  const eve = await newcomer();
  await grantAllowance(servers.bank, eve, { amountMinor: HELD_MINOR });
  return async (at) => {
    expect((await releaseAllowance(at, eve)).statusCode).toBe(204);
    await expectHeld(eve, 0n);
  };
};

const freezing: Story = async () => {
  const eve = await newcomer();
  await grantAllowance(servers.bank, eve, { amountMinor: HELD_MINOR });
  return async (at) => {
    const body = { device: eve.device };
    expect((await post(at, ROUTES.deviceFreeze.path, body, eve.cookie)).statusCode).toBe(204);
    await expectHeld(eve, 0n);
  };
};

const WRITES = /^(insert|update|move|stop|freeze|INSERT|UPDATE|DELETE)/;
const both = (statement: string, nth = 1): Point[] => [
  { statement, when: 'before', nth },
  { statement, when: 'done', nth },
];

/** Where it is known who asks, and under the locks; what is read beside that leaves nothing to break. */
const TURNS = /^(find_payments_or_payers|lock_accounts)$/;

/** Wherever something is about to be decided, and after everything that is written. */
function everywhere(statements: readonly string[]): Point[] {
  const written = [...new Set(statements)].filter((each) => WRITES.test(each));
  return [...[...new Set(statements)].filter((each) => TURNS.test(each) || WRITES.test(each))]
    .flatMap((statement): Point[] =>
      statement === written[0] ? both(statement) : [{ statement, when: 'done' }],
    )
    .concat(both('COMMIT'));
}

/** Around the end of every transaction, and in the midst of what it writes. */
function aroundCommits(statements: readonly string[]): Point[] {
  let commits = 0;
  return statements.flatMap((statement, index): Point[] => {
    if (statement !== 'COMMIT') return [];
    const written = statements.slice(0, index).findLast((each) => WRITES.test(each));
    const first = statements.indexOf(written ?? '') === statements.lastIndexOf(written ?? '');
    const midst: Point[] = written && first ? [{ statement: written, when: 'done' }] : [];
    return [...midst, ...both('COMMIT', ++commits)];
  });
}

test.each<[string, Story, (statements: readonly string[]) => Point[], number]>([
  ['payments are uploaded', payments, everywhere, 11],
  ['the operator pays in somebody’s place', guaranteed, aroundCommits, 2],
  ['an account is opened', enrolment, aroundCommits, 4],
  ['funds are set aside', granting, aroundCommits, 3],
  ['funds are given back', releasing, aroundCommits, 3],
  ['a lost phone is reported', freezing, aroundCommits, 3],
])(
  'killed wherever it matters while %s',
  { timeout: TIMEOUT_MS },
  async (_, story, choose, least) => {
    const points = choose(statements.get(story) ?? []);
    expect(points.length).toBeGreaterThanOrEqual(least);
    for (const point of points) await servers.killAt(point, await story());
    expect(await carrier.missingAt(servers.bank)).toEqual([]);
  },
);

test('killed while it stops: what it took is answered by another', {
  timeout: TIMEOUT_MS,
}, async () => {
  for (const point of both('COMMIT')) await servers.killAt(point, await payments(), 'then');
  for (const point of both('note_device_sequences')) {
    await servers.killAt(point, await payments(), 'after');
  }
});

test('after all of that every receipt is there, and the ledger keeps its promises', {
  timeout: TIMEOUT_MS,
}, async () => {
  await load.end();
  expect(await carrier.missingAt(servers.bank)).toEqual([]);
  expect(await servers.run('check-ledger')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`payments ${carrier.receipts.size}\n`),
  });
  expect(servers.kills).toBeGreaterThanOrEqual(30);
  expect(Object.keys(carrier.verdicts())).toEqual(
    expect.arrayContaining(['accepted', 'insufficient_funds']),
  );
});
