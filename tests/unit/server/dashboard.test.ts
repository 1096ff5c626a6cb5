// What operators are given to look at the server is held against what the server really exports.
import { describe, expect, test } from 'vitest';
import { isRefusalCode } from '#protocol/refusals.ts';
import { ROUTES } from '#protocol/routes.ts';
import { METRICS } from '#server/metrics/metric-names.ts';
import { fileText } from '../../tidy/repository.ts';

type Panel = {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
};

const dashboard: { readonly panels: readonly Panel[]; readonly templating: unknown } = JSON.parse(
  fileText('src/server/metrics/grafana-dashboard.json'),
);
const charts = dashboard.panels.filter(({ type }) => type !== 'row');
const expressions = charts.flatMap((panel) => (panel.targets ?? []).map(({ expr }) => expr));
const alerts = fileText('src/server/metrics/prometheus-alerts.yml');
const rules = [...alerts.matchAll(/^ {8}expr: (.+)$/gm)].map(([, expr = '']) => expr);

const exported = new Set<string>(Object.values(METRICS).map(({ name }) => name));

/** Histograms are asked for by their parts. */
const namesIn = (expr: string) =>
  [...expr.matchAll(/\b(?:counterfoil|process)_[a-z_]+/g)].map(([name]) => {
    const whole = name.replace(/_(bucket|sum|count)$/, '');
    return exported.has(name) ? name : whole;
  });

describe('the dashboard', () => {
  test('shows every metric that the server exports, and no other', () => {
    expect([...new Set(expressions.flatMap(namesIn))].sort()).toEqual([...exported].sort());
  });

  test('has a title, an explanation, a unit and a legend for all that it draws', () => {
    for (const panel of charts) {
      expect(panel.title).toBeTruthy();
      expect(panel.description).toBeTruthy();
      expect(panel.fieldConfig?.defaults.unit).toBeTruthy();
      expect(panel.targets?.length).toBeGreaterThan(0);
      for (const { legendFormat } of panel.targets ?? []) expect(legendFormat).toBeTruthy();
    }
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('lays no panel over another, nor out of the page', () => {
    const taken = new Set<string>();
    for (const { title, gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x} ${y}`), title).toBe(false);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });

  test('takes whatever Prometheus the importer has', () => {
    const sources = JSON.stringify(dashboard).match(/"uid":"[^"]+"/g) ?? [];
    const foreign = sources.filter((source) => !/"(\$\{datasource\}|counterfoil)"$/.test(source));
    expect(foreign).toEqual([]);
  });
});

test('alerts ask only for what the server exports', () => {
  expect(rules).toHaveLength((alerts.match(/- alert:/g) ?? []).length);
  for (const expr of rules) {
    if (/^up\{/.test(expr)) continue;
    const names = namesIn(expr);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(exported.has(name), `${name} in ${expr}`).toBe(true);
  }
});

test('routes and codes that are asked for exist', () => {
  const asked = [...expressions, ...rules].join('\n');
  const routes = [...asked.matchAll(/route="([^"]+)"/g)].map(([, route]) => route);
  const known = new Set<string | undefined>(Object.values(ROUTES).map(({ path }) => path));
  expect(routes.length).toBeGreaterThan(0);
  for (const route of routes) expect(known.has(route), route).toBe(true);
  const codes = [...asked.matchAll(/code=~?"([^"]+)"/g)].flatMap(([, text = '']) =>
    text.split('|'),
  );
  expect(codes.length).toBeGreaterThan(0);
  for (const code of codes) expect(isRefusalCode(code), code).toBe(true);
});
