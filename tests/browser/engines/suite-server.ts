// Builds the page of the suites and serves it; hears from the page what became of each test.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import { createPaperServer } from '../../unit/wallet/paper-server.ts';
import type { Told } from './page/told.ts';
import { answerAsServer } from './paper-routes.ts';

const page = fileURLToPath(new URL('page', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
};

/** What only Node has, on the engine's own arithmetic; and the engine's own IndexedDB for the fake one. */
const STAND_INS: Readonly<Record<string, string>> = {
  'fake-indexeddb/auto': 'buffer.ts',
  'fast-check': 'few-runs.ts',
  'node:crypto': 'crypto.ts',
  'node:fs': 'files.ts',
  // Whether the files are what their maker makes is known after Node has looked.
  '../../vectors/make/make-vectors.ts': 'no-vectors.ts',
};

const standIns: Plugin = {
  name: 'stand-ins',
  enforce: 'pre',
  resolveId(source, importer) {
    const file = STAND_INS[source];
    if (file === undefined || importer?.endsWith(file)) return null;
    return path.join(page, 'node', file);
  },
};

async function buildPage(): Promise<string> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cf-suite-'));
  await build({
    configFile: false,
    root: page,
    logLevel: 'error',
    plugins: [standIns],
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    worker: { format: 'es' },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'esnext',
      minify: false,
      reportCompressedSize: false,
      modulePreload: false,
      // The vectors stay files that the page reads.
      assetsInlineLimit: 0,
    },
  });
  return folder;
}

async function bodyOf(request: http.IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

export type SuiteServer = {
  /** Of the page, to do what is named. */
  address(work: string): string;
  /** Hears everything that pages tell, until it answers true. */
  listen(hear: (told: Told) => boolean, patienceMs: number): Promise<void>;
  close(): Promise<void>;
};

export async function serveSuite(): Promise<SuiteServer> {
  const folder = await buildPage();
  const paper = createPaperServer();
  let hear: (told: Told) => void = () => undefined;

  async function answer(request: http.IncomingMessage, response: http.ServerResponse) {
    const { pathname } = new URL(request.url ?? '/', 'http://suite');
    const body = await bodyOf(request);
    if (pathname === '/told') {
      response.writeHead(204).end();
      hear(JSON.parse(body.toString()) as Told);
      return;
    }
    if (answerAsServer(paper, pathname, body, response)) return;
    const file = path.join(folder, pathname === '/' ? 'index.html' : path.normalize(pathname));
    if (!fs.existsSync(file)) return void response.writeHead(404).end();
    const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type }).end(fs.readFileSync(file));
  }

  const server = http.createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the suite has no port');
  return {
    address: (work) => `http://localhost:${bound.port}/?${work}`,
    async listen(isLast, patienceMs) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patienceMs);
      });
      const last = new Promise<void>((resolve) => {
        hear = (told) => isLast(told) && resolve();
      });
      await Promise.race([last, late]);
      clearTimeout(timer);
      hear = () => undefined;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
