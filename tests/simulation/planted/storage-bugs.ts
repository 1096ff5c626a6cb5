// Bugs of the phone's storage: what moves together, what is remembered, what is on disk.
import type { PlantedBug } from './planted-bug.ts';

export const STORAGE_BUGS: readonly PlantedBug[] = [
  {
    name: 'a payment leaves the outbox when it is sent',
    rule: 'F12 I9',
    seenAt: 1,
    edits: [
      {
        file: 'src/device/outbox-store.ts',
        find: "await tx.objectStore('outbox').put(claimed);",
        put: "await tx.objectStore('outbox').delete(id);",
      },
    ],
  },
  {
    name: 'a promise is stored without its outbox entry',
    rule: 'F19 I9',
    seenAt: 1,
    edits: [
      {
        file: 'src/device/payment-store.ts',
        find: "tx.objectStore('outbox').add(outboxEntryOf(payment)),",
        put: '',
      },
    ],
  },
  {
    name: 'the number of an order is not remembered with it',
    rule: 'F63 I11',
    seenAt: 1,
    edits: [
      {
        file: 'src/device/payment-store.ts',
        find: `    tx.objectStore('outbox').add(outboxEntryOf(payment)),
    tx.objectStore('meta').put({ device, seq }, 'lastSeq'),`,
        put: "    tx.objectStore('outbox').add(outboxEntryOf(payment)),",
      },
    ],
  },
  {
    name: 'the number of an order is remembered in a transaction of its own',
    rule: 'F63 I11',
    seenAt: 3,
    edits: [
      {
        file: 'src/device/payment-store.ts',
        find: `    tx.objectStore('outbox').add(outboxEntryOf(payment)),
    tx.objectStore('meta').put({ device, seq }, 'lastSeq'),
  ]);
  return accept(drawn);`,
        put: `    tx.objectStore('outbox').add(outboxEntryOf(payment)),
  ]);
  return device && seq ? accept(drawn) : refuse('internal');`,
      },
      {
        file: 'src/device/payment-store.ts',
        find: `outcomeOf(database.write(PROMISING, (tx) => promiseIn(tx, payment), 'strict')),`,
        put: `outcomeOf(
        database.write(PROMISING, (tx) => promiseIn(tx, payment), 'strict').then(async (made) => {
          const { device, seq } = payment;
          const note = (tx: WriteTransaction) =>
            tx.objectStore('meta').put({ device, seq }, 'lastSeq');
          if (made.ok) await database.write(['meta'], note, 'strict');
          return made;
        }),
      ),`,
      },
    ],
  },
  {
    name: '“saved” is said before the transaction has ended',
    rule: 'F20 I3',
    seenAt: 1,
    edits: [
      {
        file: 'src/device/transaction.ts',
        find: "if (tx.mode !== 'readonly') await ended;",
        put: '',
      },
    ],
  },
  {
    name: 'a promise may still be lost when the phone loses its power',
    rule: 'F19 I3',
    seenAt: 1,
    edits: [
      {
        file: 'src/device/payment-store.ts',
        find: "outcomeOf(database.write(PROMISING, (tx) => promiseIn(tx, payment), 'strict')),",
        put: "outcomeOf(database.write(PROMISING, (tx) => promiseIn(tx, payment), 'relaxed')),",
      },
    ],
  },
  {
    name: 'a promise that is stored, and whose commit was not heard of, is called not saved',
    rule: 'F22 F35',
    seenAt: 3,
    edits: [
      {
        file: 'src/device/payment-store.ts',
        find: 'if (known) return accept(known);',
        put: '',
      },
    ],
  },
  {
    name: 'the second copy of what waits is dropped as if it had ended',
    rule: 'F25 I3',
    seenAt: 5,
    edits: [
      {
        file: 'src/device/spare-copies.ts',
        find: '    kept.delete(id);\n',
        put: '',
      },
    ],
  },
  {
    name: 'that a payment was sent may be forgotten when the phone loses its power',
    rule: 'F19 F41',
    seenAt: 15,
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
      {
        file: 'src/device/payment-store.ts',
        find: "(tx) => handOverIn(tx, id, nowMs), 'strict'",
        put: "(tx) => handOverIn(tx, id, nowMs), 'relaxed'",
      },
    ],
  },
];
