// Bugs of the server: recognising, judging, moving money, remembering.
import type { PlantedBug } from './planted-bug.ts';

export const SERVER_BUGS: readonly PlantedBug[] = [
  {
    name: 'a payment that is known is settled again',
    rule: 'F42 I2 I4',
    seenAt: 1,
    edits: [
      {
        file: 'src/server/payments/stored-payments.ts',
        find: "if (!first?.authorization_bytes || !first.receipt) return { kind: 'new', payer: payerOf(own) };",
        put: "if (own) return { kind: 'new', payer: payerOf(own) };",
      },
      {
        file: 'src/server/payments/stored-payments.ts',
        find: `LEFT JOIN device d ON p.id IS NULL AND d.account = w.payer AND d.number = w.device
      LEFT JOIN account a ON p.id IS NULL AND d.number IS NULL AND a.id = w.payer
        AND a.kind = 'person'
      LEFT JOIN credential c ON p.id IS NULL AND c.account = w.payer AND c.hint = w.hint`,
        put: `LEFT JOIN device d ON d.account = w.payer AND d.number = w.device
      LEFT JOIN account a ON d.number IS NULL AND a.id = w.payer AND a.kind = 'person'
      LEFT JOIN credential c ON c.account = w.payer AND c.hint = w.hint`,
      },
      {
        file: 'src/ledger/post-payments.ts',
        find: 'known: new Map(rowsOf<KnownRow>(known).map((row) => [keyOf(row.id), row])),',
        put: 'known: new Map(),',
      },
      {
        file: 'src/ledger/payment-rows.ts',
        find: 'to_timestamp($16::bigint)`,',
        put: 'to_timestamp($16::bigint) ON CONFLICT DO NOTHING`,',
      },
    ],
  },
  {
    name: 'a refusal is not stored, and a repeat is judged anew',
    rule: 'F43 I4',
    seenAt: 1,
    edits: [
      {
        file: 'src/ledger/post-payments.ts',
        find: 'insertPayments(settled, receipts, nowS),',
        put: `insertPayments(
      settled.filter((row) => row.settled.verdict !== 'refused'),
      receipts.filter((_, index) => settled[index]?.settled.verdict !== 'refused'),
      nowS,
    ),`,
      },
    ],
  },
  {
    name: 'a repeat gets a receipt that was made anew',
    rule: 'F43 I4 I13',
    seenAt: 1,
    edits: [
      {
        file: 'src/ledger/post-payments.ts',
        find: 'insertPayments(settled, receipts, nowS),',
        put: 'insertPayments(settled, other, nowS),',
      },
      {
        file: 'src/ledger/post-payments.ts',
        find: 'const receipts = await options.sign(settled.map((item) => item.settled));',
        put: `const other = await options.sign(settled.map((item) => item.settled));
  const receipts = await options.sign(settled.map((item) => item.settled));`,
      },
    ],
  },
  {
    name: 'what is paid from a hold is not taken off it',
    rule: 'F62 I6',
    seenAt: 1,
    edits: [
      {
        file: 'src/ledger/allowance-book.ts',
        find: `    page.now = { ...page.now, spentMinor: spentMinor + amountMinor };
    this.#books.hold(account, currency, -amountMinor);`,
        put: '    if (spentMinor < 0n) this.#books.hold(account, currency, -amountMinor);',
      },
    ],
  },
  {
    name: 'what is paid from a hold is taken off it twice',
    rule: 'F62 I6',
    seenAt: 1,
    edits: [
      {
        file: 'src/ledger/decide-group.ts',
        find: 'if (cover && source) allowances.draw(cover, order.amountMinor, source);',
        put: `if (cover && source) allowances.draw(cover, order.amountMinor, source);
    if (cover && source === 'hold' && unspentMinor(allowances.current(cover)) >= order.amountMinor)
      allowances.draw(cover, order.amountMinor, source);`,
      },
    ],
  },
  {
    name: 'a request for one sale may be paid any number of times',
    rule: 'F35 I10',
    seenAt: 1,
    edits: [
      {
        file: 'src/ledger/decide.ts',
        find: 'if (!once || !books.isPaid(payee, requestDigest)) return false;',
        put: 'if (once || !books.isPaid(payee, requestDigest)) return false;',
      },
      {
        file: 'src/ledger/books.ts',
        find: "assert(isMost || isStanding, 'only more is paid again');",
        put: '',
      },
    ],
  },
  {
    name: 'the phone’s clock decides what has expired',
    rule: 'F64 I15',
    seenAt: 6,
    edits: [
      {
        file: 'src/ledger/decide.ts',
        find: 'if (nowS > order.validUntilS) return',
        put: 'if (order.authorizedAtS > nowS + 3600) return',
      },
    ],
  },
  {
    name: 'no signature of a payer is looked at',
    rule: 'F72 I5',
    seenAt: 3,
    edits: [
      {
        file: 'src/server/payments/check-authorization.ts',
        find: 'if (valid[index]) outcomes[place] = accept(verifiedBy(claim, candidate.credential));',
        put: 'if (index < valid.length) outcomes[place] = accept(verifiedBy(claim, candidate.credential));',
      },
    ],
  },
  {
    name: 'one item that is refused refuses the whole upload',
    rule: 'F46 F47',
    seenAt: 5,
    edits: [
      {
        file: 'src/server/payments/settle-upload.ts',
        find: 'const steps = await verifyAll(await withStanding(recognised, standingOf));',
        put: `const judged = await verifyAll(await withStanding(recognised, standingOf));
    const bad = judged.find((step) => step.kind === 'answered' && step.item.kind === 'refusal');
    const steps = bad ? judged.map(() => bad) : judged;`,
      },
    ],
  },
  {
    name: 'the payee is credited a cent less than the payer is debited',
    rule: 'I1',
    seenAt: 1,
    edits: [
      {
        file: 'src/ledger/books.ts',
        find: 'this.#enter(transfer.to, transfer.amountMinor, transfer.from, transfer);',
        put: 'this.#enter(transfer.to, transfer.amountMinor - 1n, transfer.from, transfer);',
      },
    ],
  },
  {
    name: 'verdict and money are committed one after the other',
    rule: 'F51 I2',
    seenAt: 14,
    edits: [
      {
        file: 'src/ledger/post-payments.ts',
        find: 'insertPayments(settled, receipts, nowS),',
        put: 'insertPayments(settled, receipts, nowS),\n    COMMIT,\n    BEGIN,',
      },
    ],
  },
  {
    name: 'a statement leaves out the entry behind the last one read',
    rule: 'F59 I11',
    seenAt: 1,
    edits: [
      {
        file: 'src/ledger/read-statement.ts',
        find: 'WHERE account = $1 AND version > $2 ORDER BY version LIMIT $3`',
        put: 'WHERE account = $1 AND version > $2 + 1 ORDER BY version LIMIT $3`',
      },
    ],
  },
  {
    name: 'what is brought back after a restore is judged as if it were new',
    rule: 'F60 I4',
    seenAt: 95,
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
    name: 'what a restored server has accepted before, it refuses to whoever is quick',
    rule: 'F60 I4',
    seenAt: 86,
    edits: [
      {
        file: 'src/ledger/decide-group.ts',
        find: `if (!this.#isOfLostTime(payment, cover)) return false;`,
        put: `if (payment || !this.#isOfLostTime(payment, cover)) return false;`,
      },
    ],
  },
  {
    name: 'the payer’s balance is not asked',
    rule: 'F56 I6',
    seenAt: 2,
    edits: [
      {
        file: 'src/ledger/decide.ts',
        find: "if (books.available(payer, currency) >= amountMinor) return 'balance';",
        put: "if (books.available(payer, currency) >= 0n) return 'balance';",
      },
    ],
  },
  {
    name: 'a revoked passkey pays as before',
    rule: 'F73',
    seenAt: 6,
    edits: [
      {
        file: 'src/server/payments/check-authorization.ts',
        find: 'const usable = payer.credentials.filter((credential) => !credential.revoked);',
        put: 'const usable = payer.credentials;',
      },
      {
        file: 'src/ledger/decide-group.ts',
        find: 'if (revoked && !standing && !isNamedBy(cover, revoked)) {',
        put: 'if (revoked && !order) {',
      },
    ],
  },
  {
    name: 'receipts are given before their COMMIT',
    rule: 'F51 I14',
    seenAt: 1,
    edits: [
      {
        file: 'src/ledger/post-payments.ts',
        find: `  const results = await pipeline(lent.client, [
    insertPayments(settled, receipts, nowS),`,
        put: `  const results = [{ command: 'COMMIT' }];
  void pipeline(lent.client, [
    insertPayments(settled, receipts, nowS),`,
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
    seenAt: 5,
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
    seenAt: 15,
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
    seenAt: 9,
    edits: [
      {
        file: 'src/server/offline/allowance-expiry.ts',
        find: 'const untilS = Math.floor((clock.nowMs() - graceMs) / 1000);',
        put: 'const untilS = Math.floor((clock.nowMs() + graceMs * 0 + 86_400_000) / 1000);',
      },
    ],
  },
  {
    name: 'a number that was promised twice leaves no evidence',
    rule: 'F62',
    seenAt: 15,
    edits: [
      {
        file: 'src/ledger/decide-group.ts',
        find: "if (first) proofs.push({ ...about, kind: 'same-number', first });",
        put: '',
      },
    ],
  },
  {
    name: 'what the operator has paid is not given back',
    rule: 'F62 I6',
    seenAt: 26,
    edits: [
      {
        file: 'src/ledger/post-payments.ts',
        find: 'if (count === 0) return [];',
        put: 'if (count >= 0) return [];',
      },
    ],
  },
  {
    name: 'a cent for the same sale voids a covered payment',
    rule: 'F62 F76',
    seenAt: 9,
    edits: [
      {
        file: 'src/ledger/decide.ts',
        find: 'return !cover || books.paidMost(payee, requestDigest, currency) >= amountMinor;',
        put: 'return !cover || currency > 0;',
      },
    ],
  },
  {
    name: 'whoever broke a promise is given another allowance',
    rule: 'F62',
    seenAt: 31,
    edits: [
      {
        file: 'src/ledger/allowances.ts',
        find: "if (standing.stopped) return refuse('allowances_stopped');",
        put: '',
      },
    ],
  },
];
