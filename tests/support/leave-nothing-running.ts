// Runs in every test file that starts real things. First to register, so last to run.
import { afterAll } from 'vitest';
import { leftRunning } from './left-running.ts';

afterAll(async () => {
  await Promise.allSettled([...leftRunning.phones].map((phone) => phone.close()));
  await Promise.allSettled([...leftRunning.servers].map((server) => server.dispose()));
});
