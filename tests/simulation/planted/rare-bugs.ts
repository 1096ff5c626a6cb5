// Bugs that few worlds meet: a restore that forgets something, a connection cut at the very COMMIT, an account
// without money behind its promises. The check has no time for them; `npm run simulate -- --planted` has.
import type { PlantedBug } from './planted-bug.ts';

export const RARE_BUGS: readonly PlantedBug[] = [
  {
    name: 'receipts are given before their COMMIT',
    rule: 'F51 I14',
    edits: [
      {
        file: 'src/ledger/post-payments.ts',
        find: `  const results = await pipeline(lent.client, [
    insertPayments(rows, nowS),`,
        put: `  const results = [{ command: 'COMMIT' }];
  void pipeline(lent.client, [
    insertPayments(rows, nowS),`,
      },
      {
        file: 'src/ledger/post-payments.ts',
        find: `    ...writeReoffers(settled, nowS),
    COMMIT,
  ]);`,
        put: `    ...writeReoffers(settled, nowS),
    COMMIT,
  ]).catch(() => undefined);`,
      },
    ],
  },
  {
    name: 'what is brought back after a restore is judged as if it were new',
    rule: 'F60 I4',
    edits: [
      {
        file: 'src/ledger/decide-group.ts',
        find: `      return standing
        ? decideStanding(order, standing, books, current)`,
        put: `      return standing && !order
        ? decideStanding(order, standing, books, current)`,
      },
    ],
  },
  {
    name: 'what was promised under an allowance that ended is refused',
    rule: 'F62 F73',
    edits: [
      {
        file: 'src/ledger/allowance-book.ts',
        find: 'return row && coverFault(order, row) === undefined ? row : undefined;',
        put: 'return row?.isOpen && coverFault(order, row) === undefined ? row : undefined;',
      },
    ],
  },
  {
    name: 'the operator pays without end for what an allowance does not cover',
    rule: 'F62 I6',
    edits: [
      {
        file: 'src/ledger/guarantee.ts',
        find: 'books.owed(account, currency) + amountMinor <= guaranteeMaxMinor &&',
        put: 'guaranteeMaxMinor > 0n &&',
      },
    ],
  },
  {
    name: 'an allowance ends the moment that it is valid no more',
    rule: 'F62',
    edits: [
      {
        file: 'src/server/offline/allowance-expiry.ts',
        find: 'const untilS = Math.floor((clock.nowMs() - graceMs) / 1000);',
        put: 'const untilS = Math.floor((clock.nowMs() + graceMs * 0 + 86_400_000) / 1000);',
      },
    ],
  },
  {
    name: 'what a restored server has forgotten is not brought back to it',
    rule: 'F60 I3',
    edits: [
      {
        file: 'src/wallet/reoffer.ts',
        find: 'if (epoch <= reoffers.epoch || isResting) return;',
        put: 'if (epoch > 0 || isResting) return;',
      },
    ],
  },
  {
    name: 'that a payment was sent may be forgotten when the phone loses its power',
    rule: 'F19 F41',
    edits: [
      {
        file: 'src/device/outbox-store.ts',
        find: `          return entries.filter((entry) => entry !== undefined);
        },
        'strict',`,
        put: `          return entries.filter((entry) => entry !== undefined);
        },
        'relaxed',`,
      },
    ],
  },
  {
    name: 'a wake-up during a drain is lost',
    rule: 'F9 I12',
    edits: [
      {
        file: 'src/wallet/relay.ts',
        find: '// A waiting timer must not make a stronger reason patient, nor mere news hide one.',
        put: 'if (running) return running;',
      },
    ],
  },
  {
    name: 'the payer’s balance is not asked',
    rule: 'F56 I6',
    edits: [
      {
        file: 'src/ledger/decide.ts',
        find: "if (books.available(payer, currency) >= amountMinor) return 'balance';",
        put: "if (books.available(payer, currency) >= 0n) return 'balance';",
      },
    ],
  },
];
