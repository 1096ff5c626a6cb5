// Turns the shell's declared names into the built files' addresses, and hands that list to the
// service worker as `virtual:precache`. It never guesses: whatever is undeclared is an error.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin, Rolldown } from 'vite';
import type { ShellFiles } from './shell-files.ts';

export interface PrecacheEntry {
  readonly url: string;
  /** Null when the address itself names the content. */
  readonly revision: string | null;
}

export interface PrecacheList {
  readonly buildId: string;
  readonly home: readonly PrecacheEntry[];
  readonly later: readonly PrecacheEntry[];
  readonly whenSpoken: readonly PrecacheEntry[];
  /** The worker's own second script, which the browser keeps with the worker and not in a cache. */
  readonly outboxScript: string;
}

type Part = keyof ShellFiles;

const parts = ['home', 'later', 'whenSpoken', 'networkOnly'] as const satisfies readonly Part[];
const virtualId = 'virtual:precache';
const resolvedId = `\0${virtualId}`;

const digest = (content: string | Uint8Array) =>
  createHash('sha256').update(content).digest('base64url').slice(0, 12);

/** `assets/scan-screen-Ab3_x-9z.js` → `scan-screen`. */
export function chunkName(fileName: string): string {
  return path.posix.basename(fileName).replace(/-[\w-]{8}\.\w+$/, '');
}

/** The virtual module's plugin, and the setter by which the page's build fills it. */
export function createPrecachePlugin(): { plugin: Plugin; fill(list: PrecacheList): void } {
  let current: PrecacheList = {
    buildId: 'unbuilt',
    home: [],
    later: [],
    whenSpoken: [],
    outboxScript: '',
  };
  return {
    fill(list) {
      current = list;
    },
    plugin: {
      name: 'counterfoil:precache',
      resolveId: (id) => (id === virtualId ? resolvedId : undefined),
      load: (id) =>
        id === resolvedId
          ? Object.entries(current)
              .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
              .join('\n')
          : undefined,
    },
  };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .map((file) => file.split(path.sep).join('/'))
    .sort();
}

/** Every chunk the entry pulls in statically: the first screen cannot start without them. */
function staticClosure(output: readonly Rolldown.OutputChunk[]): Set<string> {
  const byFile = new Map(output.map((chunk) => [chunk.fileName, chunk]));
  const reached = new Set<string>();
  const open = output.filter((chunk) => chunk.isEntry);
  for (const chunk of open) {
    if (reached.has(chunk.fileName)) continue;
    reached.add(chunk.fileName);
    for (const file of chunk.imports) {
      const imported = byFile.get(file);
      if (imported) open.push(imported);
    }
  }
  return reached;
}

/**
 * Chunks that the bundler split off because several named ones share them. They are not named: each
 * belongs where the first of its importers does, so that whatever is cached can really run.
 */
function sharedChunks(
  output: readonly Rolldown.OutputChunk[],
  partOf: (fileName: string) => Part | undefined,
): Map<string, Part> {
  const shared = new Map<string, Part>();
  const assign = (fileName: string, part: Part) => {
    for (const imported of output.find((chunk) => chunk.fileName === fileName)?.imports ?? []) {
      if (partOf(imported) !== undefined || shared.has(imported)) continue;
      shared.set(imported, part);
      assign(imported, part);
    }
  };
  for (const part of parts) {
    for (const chunk of output) if (partOf(chunk.fileName) === part) assign(chunk.fileName, part);
  }
  return shared;
}

export interface PageFiles {
  /** The folder the page was written to, with the finished document in it. */
  readonly folder: string;
  readonly output: Rolldown.RolldownOutput['output'];
}

/** Sorts every built file into the declared parts; throws one error naming all that disagree. */
export function listPrecache(
  page: PageFiles,
  declared: ShellFiles,
): Omit<PrecacheList, 'outboxScript'> {
  const faults: string[] = [];
  const chunks = page.output.filter((file) => file.type === 'chunk');
  const needed = staticClosure(chunks);
  const entries: Record<Part, PrecacheEntry[]> = {
    home: [],
    later: [],
    whenSpoken: [],
    networkOnly: [],
  };
  const used = new Set<string>();

  const named = (file: string, kind: 'chunks' | 'files') => {
    const name = kind === 'chunks' ? chunkName(file) : file;
    return parts.filter((part) => declared[part][kind].includes(name));
  };
  const shared = sharedChunks(chunks, (file) => named(file, 'chunks')[0]);

  for (const file of filesBelow(page.folder)) {
    if (file === 'index.html') continue;
    const built = file.startsWith('assets/');
    const name = built ? chunkName(file) : file;
    const kind = built ? 'chunks' : 'files';
    const inherited = shared.get(file);
    const found = inherited === undefined ? named(file, kind) : [inherited];
    if (found.length !== 1) {
      faults.push(`${file} (${kind}: '${name}') is declared ${found.length} times, not once`);
      continue;
    }
    for (const part of found) {
      used.add(`${kind} ${name}`);
      if (needed.has(file) && part !== 'home') {
        faults.push(`${file} is imported by the entry, so '${name}' belongs to home.chunks`);
      }
      const revision = built ? null : digest(readFileSync(path.join(page.folder, file)));
      entries[part].push({ url: `/${file}`, revision });
    }
  }
  for (const part of parts) {
    for (const kind of ['chunks', 'files'] as const) {
      for (const name of declared[part][kind]) {
        // The entry's own style is inlined into the document, so a name may cover a script alone.
        if (!used.has(`${kind} ${name}`)) faults.push(`${part}.${kind} names '${name}': not built`);
      }
    }
  }
  if (faults.length > 0) {
    throw new Error(
      `.build/shell-files.ts must name every built file once:\n  ${faults.join('\n  ')}`,
    );
  }
  const document = digest(readFileSync(path.join(page.folder, 'index.html')));
  const home = [{ url: '/', revision: document }, ...entries.home];
  const { later, whenSpoken } = entries;
  return { buildId: digest(JSON.stringify([home, later, whenSpoken])), home, later, whenSpoken };
}
