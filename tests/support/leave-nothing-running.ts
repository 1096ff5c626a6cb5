// Runs in every test file that starts real things. First to register, so last to run.
import { afterAll } from 'vitest';
import { closeAllPhones } from './browser.ts';
import { disposeAllServers } from './payment-server.ts';

afterAll(async () => {
  await closeAllPhones();
  await disposeAllServers();
});
