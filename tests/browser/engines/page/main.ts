// The page that every engine opens: it does the work named in its address and tells the server what came of it.
import './node/buffer.ts';
import { keptPromises, promiseAndSay, recovered } from './power-cut.ts';
import { runFiles } from './runner.ts';
import type { Told, Verdict } from './told.ts';

/** Those of Node, but for what drives its HTTP server, files and curves, the fake's insides, or losses above the engine. */
const suites = import.meta.glob([
  '../../../unit/{protocol,wallet,device,sw,workers,ui}/*.test.{ts,tsx}',
  '!../../../unit/device/{http-transport,seed,store,lost-connection,lost-anywhere}.test.ts',
  '!../../../unit/protocol/{p256-point,sha256}.test.ts',
  './suites/*.suite.ts',
]);

async function tell(told: Told): Promise<void> {
  await fetch('/told', { method: 'POST', body: JSON.stringify(told) });
}

function faultOf(error: unknown): Told {
  const message = error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
  return { kind: 'fault', message };
}

addEventListener('error', ({ error, message }) => void tell(faultOf(error ?? message)));
addEventListener('unhandledrejection', ({ reason }) => void tell(faultOf(reason)));

async function runSuites(): Promise<void> {
  let waiting: Verdict[] = [];
  let telling = Promise.resolve();
  const tellWaiting = () => {
    const verdicts = waiting;
    waiting = [];
    return tell({ kind: 'verdicts', verdicts });
  };
  await runFiles(suites, {
    tests: (tests) => {
      telling = tell({ kind: 'tests', tests });
    },
    verdict: (verdict) => {
      waiting.push(verdict);
      if (waiting.length === 1) telling = telling.then(tellWaiting);
    },
  });
  await telling;
}

const WORKS: Readonly<Record<string, () => Promise<void>>> = {
  suites: runSuites,
  promise: async () => tell({ kind: 'answer', text: await promiseAndSay() }),
  recover: async () => tell({ kind: 'answer', text: await recovered() }),
  look: async () => tell({ kind: 'answer', text: await keptPromises() }),
};

try {
  await WORKS[location.search.slice(1)]?.();
} catch (error) {
  await tell(faultOf(error));
}
await tell({ kind: 'done', engine: navigator.userAgent });
