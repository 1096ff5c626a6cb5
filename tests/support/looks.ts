// What anybody must be able to use: axe-core's rules, and nothing wider than the screen.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

const source = fs.readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** In another colour scheme everything else is what it was. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

const ALL = { type: 'tag', values: TAGS } as const;
const COLOURS = { type: 'rule', values: COLOUR_RULES } as const;

/** Settles when whatever moves once has moved: what is half faded in has the contrast of neither. */
async function moved(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const once = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
    await Promise.allSettled(once.map(({ finished }) => finished));
  });
}

/** Every broken rule with the element that breaks it, one a line. Runs past the content policy. */
export async function accessibilityFaults(
  page: Page,
  runOnly: typeof ALL | typeof COLOURS = ALL,
): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source);
  await moved(page);
  const violations = await page.evaluate(async (rules) => {
    const { axe } = window as unknown as {
      axe: { run(where: Document, options: object): Promise<{ violations: Violation[] }> };
    };
    return (await axe.run(document, { runOnly: rules, resultTypes: ['violations'] })).violations;
  }, runOnly);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${html} ${failureSummary}`),
  );
}

/** By how many pixels the page is wider than the screen; a person with one hand cannot scroll sideways. */
function overflowPx(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}

/** Light and dark by the accessibility rules, and nothing wider than the screen in either direction. */
export async function expectGood(page: Page, name = page.url()): Promise<void> {
  await page.waitForFunction(
    () => document.querySelector('main')?.getAttribute('aria-busy') !== 'true',
  );
  for (const [colorScheme, rules] of [
    ['light', ALL],
    ['dark', COLOURS],
  ] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await accessibilityFaults(page, rules), `${name} ${colorScheme}`).toEqual([]);
  }
  for (const direction of ['rtl', 'ltr']) {
    await page.evaluate((dir) => {
      document.documentElement.dir = dir;
    }, direction);
    expect(await overflowPx(page), `${name} ${direction}`).toBe(0);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'no-preference' });
}
