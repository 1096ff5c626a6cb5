/** Owns how settings that are meant for the whole server are divided among its processes. */
import type { Config } from './settings.ts';

/** Where there are several, the first prepares the database and reads its figures, beside theirs. */
export const FIRST_PROCESS_CONNECTIONS_MAX = 2;

const divided = (total: number, by: number) => Math.max(1, Math.floor(total / by));

/**
 * Connections spread evenly over the processes, so a crowd behind one address has its whole budget; one
 * that keeps to a single connection has a process's share. Nobody has more than the settings say.
 */
export function shareOfProcess(config: Config): Config {
  const { processes } = config;
  return {
    ...config,
    databaseConnectionsMax: divided(
      config.databaseConnectionsMax - FIRST_PROCESS_CONNECTIONS_MAX,
      processes,
    ),
    ceremoniesPerMinute: divided(config.ceremoniesPerMinute, processes),
    uploadsPerMinute: divided(config.uploadsPerMinute, processes),
    paymentsPerMinute: divided(config.paymentsPerMinute, processes),
    accountPaymentsPerMinute: divided(config.accountPaymentsPerMinute, processes),
  };
}
