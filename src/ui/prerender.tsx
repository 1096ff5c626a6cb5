/** Owns the document's own first screen: the welcome as markup, made at build time. */
import { renderToString } from 'preact-render-to-string';
import { App } from './app.tsx';
import { WalletContext } from './wallet-context.ts';
import { createWallet } from './wallet-model.ts';

function never(): never {
  throw new Error('nothing is stored while the document is being built');
}

/** A wallet that nothing has been read of: what a new visitor's phone has at the first paint. */
function unreadWallet() {
  return createWallet({
    store: new Proxy(Object.create(null), { get: () => never }),
    notice: { changed() {}, subscribe: () => () => {}, close() {} },
    clock: { nowMs: never },
    random: { bytes: never, fraction: never },
    engine: never,
  });
}

export function prerender(): string {
  return renderToString(
    <WalletContext.Provider value={unreadWallet()}>
      <App />
    </WalletContext.Provider>,
  );
}
