// Says which built files the phone keeps. Explicit on purpose: a screen or worker that is built, or
// a file in public/, and is not named here fails the build, so nothing large slips into an install
// unseen. Chunks that named ones share need no name: they go where their importers go.

interface ShellPart {
  /** Names of chunks, dedicated workers and imported assets, without folder, hash and extension. */
  readonly chunks: readonly string[];
  /** Paths below public/. */
  readonly files: readonly string[];
}

export interface ShellFiles {
  readonly home: ShellPart;
  readonly later: ShellPart;
  readonly whenSpoken: ShellPart;
  readonly networkOnly: ShellPart;
}

export const shellFiles: ShellFiles = {
  /** Cached, with the document, while the worker installs: the first screen needs them offline. */
  home: { chunks: ['main', 'home'], files: [] },
  /** Cached after activation: everything else a payment made offline may touch. */
  later: {
    chunks: [
      'engine',
      'app-update',
      'parts',
      'rest',
      'more-styles',
      'paying',
      'asking',
      'qr-path',
      'scanner',
      'looking',
      'opening',
    ],
    files: ['manifest.webmanifest', 'favicon.svg'],
  },
  /** Kept by phones that speak the language, `language-` and its code. English is in the rest. */
  whenSpoken: { chunks: ['language-fr'], files: [] },
  /** Never cached by the worker: what only an app store, an installer or a person online asks for. */
  networkOnly: {
    chunks: [],
    files: [
      'icon-192.png',
      'icon-512.png',
      'icon-maskable-192.png',
      'icon-maskable-512.png',
      'shortcut-pay.png',
      'shortcut-receive.png',
      'screenshot-narrow.png',
      'screenshot-wide.png',
      'robots.txt',
    ],
  },
};
