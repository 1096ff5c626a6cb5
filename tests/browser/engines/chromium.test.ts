// The wallet's core suite in Chromium: the very bundle that the other engines run.
import { startPhone } from '../../support/browser.ts';
import { describeSuites } from './suite-in.ts';

await describeSuites({
  name: 'Chromium',
  missing: undefined,
  async start(address, profile) {
    const phone = await startPhone({ profile });
    const page = await phone.context.newPage();
    await page.goto(address);
    return { kill: () => phone.close() };
  },
});
