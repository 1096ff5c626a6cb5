// Bugs of the phone's storage: what moves together, what is remembered, what is on disk.
import type { PlantedBug } from './planted-bug.ts';

export const STORAGE_BUGS: readonly PlantedBug[] = [
  {
    name: 'a payment leaves the outbox when it is sent',
    rule: 'F12 I9',
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
    edits: [
      {
        file: 'src/device/payment-store.ts',
        find: `    tx.objectStore('outbox').add(outboxEntryOf(payment)),
    tx.objectStore('meta').put({ device, seq }, 'lastSeq'),`,
        put: "    tx.objectStore('outbox').add(outboxEntryOf(payment)),",
      },
    ],
  },
];
