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

/**
 * What is cut off at a side and cannot be reached: things to press, and words. The page's own width
 * does not tell, since screens clip what sticks out. Words that end in … are shortened on purpose.
 */
export function cutAtTheSides(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const PRESSED = 'a, button, input, select, textarea, summary, label.button, [role=spinbutton]';
    const shown = (element: Element) =>
      element.checkVisibility({ visibilityProperty: true }) &&
      !element.closest('.unseen, svg, [aria-hidden=true]');
    const edges = (holder: Element | null) => {
      let [left, right] = [0, document.documentElement.clientWidth];
      for (let at = holder; at; at = at.parentElement) {
        const { overflowX, textOverflow } = getComputedStyle(at);
        if (textOverflow === 'ellipsis')
          return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
        if (overflowX === 'visible' || at.localName === 'html') continue;
        const box = at.getBoundingClientRect();
        [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
      }
      return [left, right];
    };
    const cut = (what: Element | Range, holder: Element | null, name: string | null) => {
      const [left = 0, right = 0] = edges(holder);
      const box = what.getBoundingClientRect();
      const isCut = box.width > 0 && (box.left < left - 1 || box.right > right + 1);
      return isCut ? [`${name?.trim()}: ${Math.round(box.left)} to ${Math.round(box.right)}`] : [];
    };
    const pressed = [...document.querySelectorAll(PRESSED)]
      .filter(shown)
      .flatMap((element) =>
        cut(element, element.parentElement, `${element.localName} ${element.textContent}`),
      );
    const words: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      const { parentElement } = text;
      if (!parentElement || !shown(parentElement)) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      words.push(...cut(range, parentElement, text.textContent));
    }
    return [...pressed, ...words];
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
