// Watches the prompts of a page in which a person approves.
import type { Page } from 'playwright-core';

/** Before the page begins. */
export function watchPrompts(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const get = navigator.credentials.get.bind(navigator.credentials);
    const ended: string[] = [];
    navigator.credentials.get = (options) =>
      get(options).catch((error: Error) => {
        ended.push(error.name);
        throw error;
      });
    Object.assign(window, { endedPrompts: ended });
  });
}

/** How those ended that were not answered. */
export const endedPrompts = (page: Page): Promise<string[]> =>
  page.evaluate(() => Reflect.get(window, 'endedPrompts'));
