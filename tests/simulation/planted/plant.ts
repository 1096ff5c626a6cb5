// Bundles the simulator with one bug planted in the production code that it runs. The judges keep the
// code as it is: who checks a receipt with the very check that was broken sees nothing.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin, type Rolldown } from 'vite';
import type { Edit, PlantedBug } from './planted-bug.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const entry = path.join(root, 'tests/simulation/planted/hunt.ts');

/** These judge what the others do. Whatever they import, they import unharmed. */
const JUDGES = [
  'tests/simulation/answering.ts',
  'tests/simulation/disk.ts',
  'tests/simulation/invariants.ts',
  'tests/simulation/offline-rules.ts',
  'tests/simulation/rejudging.ts',
  'tests/simulation/server-invariants.ts',
  'tests/simulation/verdict-book.ts',
  'src/ledger/check-ledger.ts',
  'src/server/payments/ledger-verifiers.ts',
].map((file) => path.join(root, file));

const UNHARMED = '?unharmed';
const PRODUCTION = /\/src\/.*\.ts$/;

export class MisplantedBug extends Error {
  override name = 'MisplantedBug';
}

/** The text with the edits made. Throws when one of them no longer fits. */
export function edited(text: string, edits: readonly Edit[]): string {
  return edits.reduce((before, { file, find, put }) => {
    const [head, tail, ...more] = before.split(find);
    if (head === undefined || tail === undefined || more.length > 0) {
      const places = before.split(find).length - 1;
      throw new MisplantedBug(`this no longer fits the code: ${places} times in ${file}: ${find}`);
    }
    return head + put + tail;
  }, text);
}

const pathOf = (id: string) => id.replace(/\?.*$/, '');

/** What an import means is the same for every bug, and is asked ten thousand times. */
const resolutions = new Map<string, Rolldown.ResolvedId>();

function planting({ edits }: Pick<PlantedBug, 'edits'>, planted: Set<string>): Plugin {
  return {
    name: 'planted-bug',
    enforce: 'pre',
    async resolveId(source, importer, options) {
      if (importer === undefined) return null;
      const isJudging = importer.endsWith(UNHARMED) || JUDGES.includes(importer);
      const from = pathOf(importer);
      const key = `${from} ${source}`;
      const known = resolutions.get(key);
      const found = known ?? (await this.resolve(source, from, { ...options, skipSelf: true }));
      if (found) resolutions.set(key, found);
      const isJudge = found !== null && JUDGES.includes(found.id);
      if (!isJudging || isJudge || !found || found.external) return found;
      // What the world shares with its judges stays one: only production code comes twice.
      return PRODUCTION.test(found.id) ? { ...found, id: found.id + UNHARMED } : found;
    },
    load(id) {
      const file = path.relative(root, pathOf(id));
      const here = edits.filter((edit) => edit.file === file);
      if (id.endsWith(UNHARMED)) return fs.readFileSync(pathOf(id), 'utf8');
      if (here.length === 0) return null;
      planted.add(file);
      return edited(fs.readFileSync(id, 'utf8'), here);
    },
  };
}

/** One script that hunts this bug, alone in a thread. Without edits: the code as it is. */
export async function plant(bug: Pick<PlantedBug, 'edits'>): Promise<string> {
  const planted = new Set<string>();
  const { output } = (await build({
    root,
    configFile: false,
    logLevel: 'silent',
    plugins: [planting(bug, planted)],
    build: {
      write: false,
      ssr: true,
      target: 'node20',
      minify: false,
      rolldownOptions: { input: entry, output: { codeSplitting: false } },
    },
  })) as Rolldown.RolldownOutput;
  const unused = bug.edits.find(({ file }) => !planted.has(file));
  if (unused) throw new MisplantedBug(`the simulator does not run ${unused.file}`);
  return output[0].code;
}
