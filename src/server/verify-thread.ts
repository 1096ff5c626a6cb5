/** A thread that verifies signatures: takes blocks of checks, answers a byte for each, in order. */
import { parentPort } from 'node:worker_threads';
import { unpackChecks } from './payments/signature-checks.ts';
import { createVerifySignature } from './payments/verify-signature.ts';
import { yieldThread } from './payments/yield-thread.ts';

yieldThread();
const verify = createVerifySignature();

parentPort?.on('message', (block: Uint8Array<ArrayBuffer>) => {
  const valid = Uint8Array.from(unpackChecks(block), (check) => Number(verify(check)));
  parentPort?.postMessage(valid, [valid.buffer]);
});
