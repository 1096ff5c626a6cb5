// Bugs that the simulator does not notice, or not surely: a connection cut at the very COMMIT, and what only
// wallets would do that break their own rules. Tests of the ledger and of the crash folder notice them.
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
];
