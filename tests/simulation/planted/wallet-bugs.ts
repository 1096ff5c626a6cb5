// Bugs of the wallet: what it sends, believes, withdraws and promises.
import type { PlantedBug } from './planted-bug.ts';

export const WALLET_BUGS: readonly PlantedBug[] = [
  {
    name: 'an answer that nobody signed ends a payment: any 200, a portal’s page too',
    rule: 'F37 I8 I9',
    seenAt: 1,
    edits: [
      {
        file: 'src/wallet/relay-upload.ts',
        find: "remember(parts, 'strange', upload.code,",
        put: `if (upload.status === 200)
        for (const { id } of batch) await parts.store.quarantine(id, 'internal', clock.nowMs());
      remember(parts, 'strange', upload.code,`,
      },
      {
        file: 'src/device/outbox-store.ts',
        find: "await tx.objectStore('outbox').put({ ...entry, quarantine });",
        put: `await (code === 'internal'
            ? tx.objectStore('outbox').delete(id)
            : tx.objectStore('outbox').put({ ...entry, quarantine }));`,
      },
    ],
  },
  {
    name: 'what the server would not judge leaves the outbox',
    rule: 'F13 F45 I9',
    seenAt: 3,
    edits: [
      {
        file: 'src/device/outbox-store.ts',
        find: "await tx.objectStore('outbox').put({ ...entry, quarantine });",
        put: "await tx.objectStore('outbox').delete(id);",
      },
    ],
  },
  {
    name: 'a receipt is believed whoever signed it',
    rule: 'F37 I8',
    seenAt: 19,
    edits: [
      {
        file: 'src/wallet/check-receipt.ts',
        find: "return genuine ? accept(receipt) : refuse('receipt_altered');",
        put: "return genuine || receipt ? accept(receipt) : refuse('receipt_altered');",
      },
    ],
  },
  {
    name: 'a receipt counts for the first payment of the upload, whichever it names',
    rule: 'F37 I8',
    seenAt: 1,
    edits: [
      {
        file: 'src/wallet/relay-upload.ts',
        find: 'const entry = batch.find((item) => matchReceipt(receipt, item).ok);',
        put: 'const entry = batch[0];',
      },
      {
        file: 'src/wallet/payment.ts',
        find: "assert(toBase64url(receipt.paymentId) === record.id, 'a receipt names its payment');",
        put: '',
      },
    ],
  },
  {
    name: 'a payment is sent before it is marked as sent',
    rule: 'F41 I3',
    seenAt: 1,
    edits: [
      {
        file: 'src/wallet/relay.ts',
        find: 'const batch = await store.claim(ids, nowMs);',
        put: 'const batch = due.filter(({ id }) => ids.includes(id));',
      },
    ],
  },
  {
    name: 'what was sent can still be withdrawn',
    rule: 'F41 I3',
    seenAt: 4,
    edits: [
      {
        file: 'src/device/payment-store.ts',
        find: "if (!entry || entry.sentAtMs !== undefined) return refuse('cancel_too_late');",
        put: "if (!entry) return refuse('cancel_too_late');",
      },
    ],
  },
  {
    name: 'a request is paid again while its payment is under way',
    rule: 'F35 I10',
    seenAt: 1,
    edits: [
      {
        file: 'src/wallet/payment.ts',
        find: "return payment.once && (payment.state === 'promised' || payment.state === 'accepted');",
        put: "return payment.once && payment.state === 'accepted';",
      },
    ],
  },
  {
    name: 'payments leave in the order of their ids',
    rule: 'F15 I11',
    seenAt: 1,
    edits: [
      {
        file: 'src/device/outbox-store.ts',
        find: 'return entries.filter((entry) => entry !== undefined).sort((a, b) => a.seq - b.seq);',
        put: 'return entries.filter((entry) => entry !== undefined);',
      },
    ],
  },
  {
    name: 'two payments draw the same money of an allowance',
    rule: 'F62 I6',
    seenAt: 2,
    edits: [
      {
        file: 'src/device/purse-store.ts',
        find: `  const spentMinor = granted.spentMinor + amountMinor;
  await tx.objectStore('purses').put({ ...purse, granted: { ...granted, spentMinor } });
  return { ...payment, cover: granted.bytes };`,
        put: '  return { ...payment, cover: granted.bytes };',
      },
    ],
  },
  {
    name: 'the relay gives up after two silences in a row',
    rule: 'F1 I12',
    seenAt: 3,
    edits: [
      {
        file: 'src/wallet/relay-pace.ts',
        find: 'const busyMs = leftMs(busyUntilMs, nowMs);',
        put: 'const busyMs = failures > 1 ? 60_000 : leftMs(busyUntilMs, nowMs);',
      },
    ],
  },
  {
    name: 'as long as the phone says that there is no network, nothing is sent',
    rule: 'F36 I12',
    seenAt: 3,
    edits: [
      {
        file: 'src/wallet/hold-back.ts',
        find: 'if (nowMs >= endMs || nowMs < since) return false;',
        put: '',
      },
    ],
  },
  {
    name: 'two counterfoils are taken for one sale',
    rule: 'F72 F76',
    seenAt: 9,
    edits: [
      {
        file: 'src/wallet/check-counterfoil.ts',
        find: "if (request.paid || sameRequest.some(isLive)) return refused('request_already_paid');",
        put: '',
      },
      {
        file: 'src/device/counterfoil-store.ts',
        find: "if (taken.once && isAnswered) return refuse('request_already_paid');",
        put: '',
      },
    ],
  },
  {
    name: 'a counterfoil is guaranteed by an allowance that nobody signed',
    rule: 'F72 I5',
    seenAt: 3,
    edits: [
      {
        file: 'src/wallet/check-counterfoil.ts',
        find: 'if (await verify(point, signed, signature)) return undefined;',
        put: 'await verify(point, signed, signature);\n    return undefined;',
      },
    ],
  },
  {
    name: 'a counterfoil is guaranteed whoever approved it',
    rule: 'F72 I5',
    seenAt: 3,
    edits: [
      {
        file: 'src/wallet/check-counterfoil.ts',
        find: 'if (await verify(counterfoil.allowance.point, signed, signature)) return undefined;',
        put: 'if (signed && signature) return undefined;',
      },
    ],
  },
  {
    name: 'the payee’s request counts as paid once a counterfoil for it is taken',
    rule: 'F78 I8',
    seenAt: 3,
    edits: [
      {
        file: 'src/device/counterfoil-store.ts',
        find: "tx.objectStore('outbox').add(carriedEntryOf(taken)),",
        put: `tx.objectStore('outbox').add(carriedEntryOf(taken)),
    earlier.request &&
      !earlier.request.printed &&
      tx.objectStore('requests').put({
        ...earlier.request,
        newest: -earlier.request.shownAtMs,
        paid: {
          paymentId: taken.id,
          amountMinor: taken.amountMinor,
          tipMinor: 0n,
          payerName: '',
          atMs: taken.takenAtMs,
          asAsked: true,
        },
      }),`,
      },
    ],
  },
  {
    name: 'what a restored server has forgotten is not brought back to it',
    rule: 'F60 I3',
    seenAt: 7,
    edits: [
      {
        file: 'src/wallet/reoffer.ts',
        find: 'if (epoch <= reoffers.epoch || isResting) return;',
        put: 'if (epoch > 0 || isResting) return;',
      },
    ],
  },
  {
    name: 'a wake-up during a drain is lost',
    rule: 'F9 I12',
    seenAt: 3,
    edits: [
      {
        file: 'src/wallet/relay.ts',
        find: '// A waiting timer must not make a stronger reason patient, nor mere news hide one.',
        put: 'if (running) return running;',
      },
    ],
  },
];
