/** Owns the text that Prometheus reads (exposition format 0.0.4), made of what all processes say. */
import type { Family, Labels, Sample } from './registry.ts';

export const EXPOSITION_MEDIA_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export type Told = {
  /** Put on every sample; none for what belongs to the server as a whole. */
  readonly labels: Labels;
  readonly families: readonly Family[];
};

const escaped = (text: string) =>
  text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

function lineOf(name: string, { suffix, labels, value }: Sample, common: Labels): string {
  const pairs = Object.entries({ ...labels, ...common }).map(
    ([label, text]) => `${label}="${escaped(text)}"`,
  );
  const said = pairs.length > 0 ? `{${pairs.join(',')}}` : '';
  return `${name}${suffix}${said} ${numberText(value)}\n`;
}

/** Samples of one family stand together, whoever said them, in the order in which it was first met. */
export function formatExposition(told: readonly Told[]): string {
  const byName = new Map<string, { family: Family; lines: string[] }>();
  for (const { labels, families } of told) {
    for (const family of families) {
      const entry = byName.get(family.name) ?? { family, lines: [] };
      byName.set(family.name, entry);
      for (const sample of family.samples) entry.lines.push(lineOf(family.name, sample, labels));
    }
  }
  return [...byName.values()]
    .map(({ family: { name, kind, says }, lines }) => {
      const help = says.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
      return `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${lines.join('')}`;
    })
    .join('');
}
