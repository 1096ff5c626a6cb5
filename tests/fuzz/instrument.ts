// Makes the code under test count its own blocks, as a plugin that sees it after its types are gone.
// V8's own coverage would do, but is read in milliseconds and for a batch: this is read for every input.
import { type Plugin, parseAst } from 'vite';
// Instrumented code finds its counts there as soon as it loads.
import './block-counts.ts';

type Node = { readonly type: string; readonly start: number; readonly end: number };
type Parts = Node & { readonly [part: string]: unknown };
type Insertion = { readonly at: number; readonly text: string };
/** `outer` goes in front of what the node's parts insert at the same place, `closing` behind it. */
type Insertions = { readonly outer: readonly Insertion[]; readonly closing: readonly Insertion[] };

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

let nextBlock = 0;
const hit = () => `$hit(${nextBlock++})`;

const aroundExpressions = (...expressions: readonly unknown[]): Insertions => {
  const nodes = expressions as readonly Node[];
  return {
    outer: nodes.map(({ start }) => ({ at: start, text: `(${hit()},` })),
    closing: nodes.map(({ end }) => ({ at: end, text: ')' })),
  };
};

function aroundStatements(...bodies: readonly unknown[]): Insertions {
  const bare = bodies.filter(isNode).filter(({ type }) => type !== 'BlockStatement');
  return {
    outer: bare.map(({ start }) => ({ at: start, text: `{${hit()};` })),
    closing: bare.map(({ end }) => ({ at: end, text: '}' })),
  };
}

/** Where an `if` is not taken there is no block, so what follows it counts as one. */
function inStatements(start: number, statements: readonly Node[]): Insertions {
  const ifs = statements.filter(({ type }) => type === 'IfStatement');
  return {
    outer: [{ at: start, text: `${hit()};` }],
    closing: ifs.map(({ end }) => ({ at: end, text: `${hit()};` })),
  };
}

const NONE: Insertions = { outer: [], closing: [] };

function insertionsAt(node: Parts): Insertions {
  switch (node.type) {
    case 'BlockStatement':
      return inStatements(node.start + 1, node.body as Node[]);
    case 'SwitchCase': {
      const statements = node.consequent as Node[];
      return statements[0] ? inStatements(statements[0].start, statements) : NONE;
    }
    case 'ArrowFunctionExpression':
      return (node.body as Node).type === 'BlockStatement' ? NONE : aroundExpressions(node.body);
    case 'ConditionalExpression':
      return aroundExpressions(node.consequent, node.alternate);
    case 'LogicalExpression':
      return aroundExpressions(node.right);
    case 'IfStatement':
      return aroundStatements(node.consequent, node.alternate);
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
      return aroundStatements(node.body);
    default:
      return NONE;
  }
}

function insertionsIn(node: Node): Insertion[] {
  const { outer, closing } = insertionsAt(node as Parts);
  const parts: readonly unknown[] = Object.values(node).flat();
  const inner = parts.filter(isNode).flatMap(insertionsIn);
  return [...outer, ...inner, ...closing];
}

/** The same program; each block of it calls `$hit` with its number first. */
export function countingBlocks(code: string): string {
  const insertions = insertionsIn(parseAst(code) as unknown as Node);
  let counting = 'const $hit = globalThis.counterfoilBlocks.hit;';
  let from = 0;
  for (const { at, text } of insertions.toSorted((a, b) => a.at - b.at)) {
    counting += code.slice(from, at) + text;
    from = at;
  }
  return counting + code.slice(from);
}

/** For modules whose path the pattern matches: what is under test, and nothing that tests it. */
export function instrument(underTest = /\/src\//): Plugin {
  return {
    name: 'count-blocks',
    enforce: 'post',
    transform: (code, id) =>
      underTest.test(id) && /\.tsx?$/.test(id) ? { code: countingBlocks(code), map: null } : null,
  };
}
