// Measures how many ES256 signatures this machine verifies, with as many different keys as there are
// people, each imported beforehand: the limit that everything else is held against.
import { createPublicKey, verify } from 'node:crypto';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const checkEvery = 64;

function open({ file, record, message }) {
  const all = fs.readFileSync(file);
  const length = Object.values(record).reduce((sum, size) => sum + size, 0);
  const spkiAt = record.account + record.credential;
  const keys = [];
  for (let at = 0; at < all.length; at += length) {
    const spki = all.subarray(at + spkiAt, at + spkiAt + record.spki);
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const signature = all.subarray(at + length - record.signature, at + length);
    keys.push({ key: { key, dsaEncoding: 'ieee-p1363' }, signature });
  }
  let next = 0;
  return (forMs) => {
    const startedMs = performance.now();
    let count = 0;
    while (count % checkEvery !== 0 || performance.now() - startedMs < forMs) {
      const { key, signature } = keys[next++ % keys.length];
      if (!verify('sha256', message, key, signature)) throw new Error('a signature is not valid');
      count++;
    }
    return { count, elapsedMs: performance.now() - startedMs };
  };
}

if (isMainThread) {
  let threads = [];
  const ask = (thread, message) =>
    new Promise((resolve, reject) => {
      thread.once('message', resolve);
      thread.once('error', reject);
      thread.postMessage(message);
    });
  const answers = {
    async open({ count, ...data }) {
      threads = await Promise.all(
        Array.from(
          { length: count },
          () =>
            new Promise((resolve, reject) => {
              const thread = new Worker(fileURLToPath(import.meta.url), { workerData: data });
              thread.setMaxListeners(0);
              thread.once('message', () => resolve(thread));
              thread.once('error', reject);
            }),
        ),
      );
    },
    /** Per second of wall clock, and per second of processor time, which others cannot take away. */
    async measure({ count, forMs }) {
      const before = process.cpuUsage();
      const counts = await Promise.all(threads.slice(0, count).map((thread) => ask(thread, forMs)));
      const used = process.cpuUsage(before);
      const total = counts.reduce((sum, each) => sum + each.count, 0);
      const seconds = Math.max(...counts.map((each) => each.elapsedMs)) / 1000;
      return {
        perSecond: total / seconds,
        perProcessorSecond: total / ((used.user + used.system) / 1e6),
      };
    },
  };
  process.on('message', async ({ id, message }) => {
    try {
      process.send({ id, value: await answers[message.what](message) });
    } catch (error) {
      process.send({ id, fault: error.stack });
    }
  });
  process.on('disconnect', () => process.exit(0));
  process.send({ ready: true });
} else {
  const measure = open(workerData);
  parentPort.on('message', (forMs) => parentPort.postMessage(measure(forMs)));
  parentPort.postMessage('open');
}
