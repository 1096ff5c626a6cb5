// Builds a lab page as the product is built, and serves it on its own port.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

export type LabServer = { readonly port: number; readonly folder: string; close(): Promise<void> };

/** The scanner's lab, unless another folder with an index.html is named. */
export async function serveLab(page = new URL('lab', import.meta.url)): Promise<LabServer> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cf-lab-'));
  await build({
    configFile: false,
    logLevel: 'warn',
    root: fileURLToPath(page),
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true },
  });
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://lab');
    const file = path.join(folder, pathname === '/' ? 'index.html' : path.normalize(pathname));
    if (!fs.existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type }).end(fs.readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the lab has no port');
  return {
    port: address.port,
    folder,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
