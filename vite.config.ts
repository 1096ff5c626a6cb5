// One build for the whole product: page, first screen, service worker and server, in that order,
// because each needs what the one before it made.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  type BuildEnvironmentOptions,
  defineConfig,
  type EnvironmentOptions,
  type Rolldown,
  type ViteBuilder,
} from 'vite';
import { chunkGroups } from './.build/chunks.ts';
import { compressFolder, weigh } from './.build/compress.ts';
import { finishDocument } from './.build/document.ts';
import { createPrecachePlugin, listPrecache } from './.build/precache.ts';
import { shellFiles } from './.build/shell-files.ts';

const root = path.dirname(fileURLToPath(import.meta.url));
const dist = path.resolve(root, process.env.BUILD_DIR ?? 'dist');
const publicDir = path.join(dist, 'public');
const firstScreenDir = path.join(dist, 'first-screen');
const serverNames = [
  'main',
  'verify-thread',
  'operator',
  'inspect',
  'check-ledger',
  'backup',
  'restore',
  'config',
] as const;
/** A wallet that is too large still starts; it does not pass the check. */
const lenient = process.env.BUDGETS === 'report';
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Rooms fill one after another; until its entry stands, a part is left out aloud. */
function present(file: string): boolean {
  if (existsSync(path.join(root, file))) return true;
  say(`NOT BUILT: ${file} does not exist`);
  return false;
}

const serverInput = Object.fromEntries(
  serverNames
    .map((name) => [name, `src/server/${name}.ts`] as const)
    .filter(([, file]) => present(file)),
);

const nodeBuild = (outDir: string, input: Record<string, string>): BuildEnvironmentOptions => ({
  outDir,
  copyPublicDir: false,
  target: 'node20',
  minify: false,
  rolldownOptions: {
    input,
    // All in one folder: whatever part code ends up in, it finds the wallet from where it is.
    output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
  },
});

/** One script that needs no other: a classic worker imports no modules. */
const workerBuild = (input: string, entryFileNames: string): EnvironmentOptions => ({
  consumer: 'client',
  build: {
    outDir: publicDir,
    emptyOutDir: false,
    copyPublicDir: false,
    rolldownOptions: { input, output: { format: 'iife', entryFileNames, codeSplitting: false } },
  },
});

const precache = createPrecachePlugin();

async function buildPart(builder: ViteBuilder, name: string) {
  const environment = builder.environments[name];
  if (environment === undefined) throw new Error(`No environment called ${name}`);
  return (await builder.build(environment)) as Rolldown.RolldownOutput;
}

async function renderFirstScreen(builder: ViteBuilder): Promise<string | null> {
  if (!present('src/ui/prerender.tsx')) return null;
  await buildPart(builder, 'firstScreen');
  const module = await import(pathToFileURL(path.join(firstScreenDir, 'prerender.js')).href);
  const html: string = await module.prerender();
  rmSync(firstScreenDir, { recursive: true });
  return html;
}

async function buildEverything(builder: ViteBuilder): Promise<void> {
  mkdirSync(dist, { recursive: true });
  if (present('src/ui/main.tsx')) {
    const page = await buildPart(builder, 'client');
    const firstScreen = await renderFirstScreen(builder);
    const policy = finishDocument(publicDir, { firstScreen, release: process.env.RELEASE });
    writeFileSync(path.join(dist, 'csp.json'), JSON.stringify({ contentSecurityPolicy: policy }));
    const list = listPrecache({ folder: publicDir, output: page.output }, shellFiles);
    // First its second script: the worker names it by its hash.
    const { output } = await buildPart(builder, 'outboxWorker');
    const kept = { ...list, outboxScript: `/${output[0].fileName}` };
    precache.fill(kept);
    await buildPart(builder, 'serviceWorker');
    const { table, over } = weigh(await compressFolder(publicDir), kept);
    say(table);
    if (over !== null && !lenient) throw new Error(over);
  }
  // Another release of the wallet is served by the same server.
  const isAnother = process.env.RELEASE !== undefined;
  if (!isAnother && Object.keys(serverInput).length > 0) await buildPart(builder, 'server');
}

export default defineConfig({
  root,
  appType: 'mpa',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [precache.plugin],
  worker: {
    format: 'es',
    rolldownOptions: { output: { entryFileNames: 'assets/[name]-[hash].js' } },
  },
  builder: { sharedConfigBuild: true, sharedPlugins: true, buildApp: buildEverything },
  build: { emptyOutDir: true, modulePreload: { polyfill: false } },
  environments: {
    client: {
      build: {
        outDir: publicDir,
        rolldownOptions: {
          input: { main: path.join(root, 'index.html') },
          output: { codeSplitting: chunkGroups },
        },
      },
    },
    firstScreen: {
      consumer: 'server',
      build: nodeBuild(firstScreenDir, { prerender: 'src/ui/prerender.tsx' }),
    },
    outboxWorker: workerBuild('src/sw/outbox.ts', 'assets/outbox-[hash].js'),
    serviceWorker: workerBuild('src/sw/sw.ts', 'sw.js'),
    server: {
      consumer: 'server',
      // Hundreds of small modules cost a start more than the database does.
      resolve: { noExternal: true },
      build: nodeBuild(path.join(dist, 'server'), serverInput),
    },
  },
});
