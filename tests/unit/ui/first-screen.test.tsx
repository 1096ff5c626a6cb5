/** The document's own first screen can stand under its own policy, and before any script. */
import { expect, test } from 'vitest';
import { prerender } from '#ui/prerender.tsx';

const html = prerender();

test('is the welcome, with its two ways as plain links', () => {
  expect(html).toContain('href="/open"');
  expect(html).toContain('href="/sign-in"');
  expect(html).toContain('Pay now.');
});

test('has no style attribute and no inline handler, which the policy forbids', () => {
  expect(html).not.toMatch(/<[^>]+\s(style|on\w+)=/);
});

test('has one main landmark and one first heading', () => {
  expect(html.match(/<main/g)).toHaveLength(1);
  expect(html.match(/<h1/g)).toHaveLength(1);
});
