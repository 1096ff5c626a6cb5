// Runs in a page before its own scripts: puts a wallet with 500 payments into its database, in the
// very transaction that makes it, so that the app never meets it half filled. tests/unit/device
// holds it against the real storage.
(() => {
  const COUNT = 500;
  const DAY_MS = 86_400_000;
  const PAYEES = ['Café Bento', 'Duka la Amina', 'Marché Central', '茶屋 さくら', 'مخبز السلام'];
  const account = '0123456789ABCDEFGHJKMNPQRC';
  const server = new Uint8Array([1, 2, 3, 4, 5]);
  const nowMs = Date.now();

  const bytes = (length, seed) => Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 7) & 255);
  const textId = (seed, length) =>
    Array.from({ length }, (_, i) => ((seed * 131 + i * 17) % 36).toString(36)).join('');

  function payment(seq) {
    const createdAtMs = nowMs - (COUNT - seq) * (DAY_MS / 3);
    const refused = seq % 40 === 0;
    return {
      id: `${textId(seq, 38)}${String(seq).padStart(5, '0')}`,
      state: refused ? 'refused' : 'accepted',
      authorization: bytes(230, seq),
      device: 1,
      seq,
      requestText: `000201010212${textId(seq, 120)}6304ABCD`,
      requestDigest: textId(seq, 11),
      once: seq % 3 !== 0,
      payer: account,
      payee: textId(seq % PAYEES.length, 26).toUpperCase(),
      payeeName: PAYEES[seq % PAYEES.length],
      amountMinor: BigInt(100 + ((seq * 7919) % 25_000)),
      currency: 978,
      createdAtMs,
      validUntilS: Math.floor((createdAtMs + 7 * DAY_MS) / 1000),
      settledAtMs: createdAtMs + 4_000,
      receipt: bytes(310, seq),
      ...(refused && { code: 'insufficient_funds' }),
      ...(seq % 5 === 0 && { note: `Table ${seq % 12}` }),
      newest: [-createdAtMs, -seq],
    };
  }

  /** As src/device/database.ts makes it. */
  function makeStores(db) {
    const payments = db.createObjectStore('payments', { keyPath: 'id' });
    payments.createIndex('byNewest', 'newest');
    payments.createIndex('byState', 'state');
    payments.createIndex('byRequest', ['requestDigest', 'newest']);
    db.createObjectStore('outbox', { keyPath: 'id' });
    db.createObjectStore('entries');
    db.createObjectStore('requests', { keyPath: 'digest' }).createIndex('byNewest', 'newest');
    db.createObjectStore('payees');
    db.createObjectStore('purses', { keyPath: 'currency' });
    const counterfoils = db.createObjectStore('counterfoils', { keyPath: 'id' });
    counterfoils.createIndex('byNewest', 'newest');
    counterfoils.createIndex('byRequest', ['requestDigest', 'newest']);
    counterfoils.createIndex('byAllowance', 'allowance');
    counterfoils.createIndex('bySeq', ['payer', 'device', 'seq']);
    return { payments, meta: db.createObjectStore('meta') };
  }

  function putWallet(meta) {
    const profile = { account, name: 'Ana', city: 'Lisboa', country: 'PT', category: '5499' };
    const balances = [
      { currency: 978, amountMinor: 123_456n, heldMinor: 0n, owedMinor: 0n },
      { currency: 392, amountMinor: 9_000n, heldMinor: 0n, owedMinor: 0n },
    ];
    const state = { profile, balances, version: 1000, frozen: false, sandbox: true };
    meta.put(
      {
        account: state,
        accountReadAtMs: nowMs,
        device: 1,
        credentialId: 'YQ',
        canPayOffline: true,
      },
      'wallet',
    );
    meta.put({ device: 1, seq: COUNT }, 'lastSeq');
    const { hostname, origin } = globalThis.location;
    const keys = [{ keyId: bytes(8, 1), point: bytes(64, 1), active: true }];
    meta.put(
      { server, epoch: 1, rpId: hostname, origins: [origin], keys, nowMs, readAtMs: nowMs },
      'identity',
    );
  }

  const opening = indexedDB.open('counterfoil', 2);
  opening.onupgradeneeded = () => {
    const { payments, meta } = makeStores(opening.result);
    for (let seq = 1; seq <= COUNT; seq++) payments.put(payment(seq));
    putWallet(meta);
  };
  opening.onsuccess = () => opening.result.close();
  // What the document's own script goes by before the first paint; see src/ui/start-hint.ts.
  const hint = { wallet: true, language: 'en', direction: 'ltr' };
  globalThis.localStorage?.setItem('counterfoil', JSON.stringify(hint));
})();
