// The titles of the tests in a file as its source writes them, with the groups that they stand in.
import { parseAst } from 'vite';

type Node = { readonly type: string; readonly start: number; readonly end: number } & {
  readonly [field: string]: unknown;
};

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

function childrenOf(node: Node): Node[] {
  return Object.values(node)
    .flatMap((field) => (Array.isArray(field) ? field : [field]))
    .filter(isNode);
}

const WAYS_TO_RUN = new Set(['each', 'for', 'skip', 'skipIf', 'runIf', 'concurrent', 'sequential']);

/** `test` of `test(…)`, `test.each(…)(…)` and `test.skipIf(…)(…)`. */
function rootName(callee: unknown): string {
  if (!isNode(callee)) return '';
  if (callee.type === 'Identifier') return String(callee.name);
  if (callee.type !== 'MemberExpression') return rootName(callee.callee ?? callee.tag);
  const way = isNode(callee.property) ? String(callee.property.name) : '';
  return WAYS_TO_RUN.has(way) ? rootName(callee.object) : '';
}

/** The text between its quotes: `%s`, `$name` and `${…}` stay as they are written. */
function textOf(node: unknown, source: string): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'TemplateLiteral') return source.slice(node.start + 1, node.end - 1);
  return undefined;
}

/** A case that several test files run: `{ name: '…', run(…) {…} }`. */
function caseName(node: Node, source: string): string | undefined {
  if (node.type !== 'ObjectExpression') return undefined;
  const fields = childrenOf(node).filter(({ type }) => type === 'Property');
  const field = (name: string) =>
    fields.find(({ key }) => isNode(key) && key.type === 'Identifier' && key.name === name);
  return field('run') && textOf(field('name')?.value, source);
}

/** Each title behind the groups around it, with ` › ` between them. */
export function testTitles(path: string, source: string): string[] {
  const titles: string[] = [];

  function visit(node: Node, groups: readonly string[]): void {
    let inside = groups;
    const shared = caseName(node, source);
    if (shared !== undefined) titles.push([...groups, shared].join(' › '));
    if (node.type === 'CallExpression') {
      const root = rootName(node.callee);
      const [first] = node.arguments as readonly unknown[];
      const title = textOf(first, source);
      if (title !== undefined && root === 'describe') inside = [...groups, title];
      if (title !== undefined && (root === 'test' || root === 'it')) {
        titles.push([...groups, title].join(' › '));
      }
    }
    for (const child of childrenOf(node)) visit(child, inside);
  }

  visit(parseAst(source, { lang: path.endsWith('x') ? 'tsx' : 'ts' }) as unknown as Node, []);
  return titles;
}
