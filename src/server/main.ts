/** Starts the payment server: puts its parts together, listens, says what to do next, stops in order. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMoneyOfKind } from './accounts/play-money.ts';
import { createApp } from './app.ts';
import { assertPortFree, StartRefused, saidOfListening } from './free-port.ts';
import { createLineLog } from './log-lines.ts';
import { rememberParty } from './passkeys/relying-parties.ts';
import { createIdentityOnce } from './payments/server-keys.ts';
import { systemClock, systemRandom } from './ports.ts';
import { createServices } from './services.ts';
import { type Config, readConfig, warningsOf } from './settings.ts';
import { startDatabase } from './start-database.ts';

/** Where the build puts the wallet, as seen from the built server. */
const BUILT_WALLET = path.join(path.dirname(fileURLToPath(import.meta.url)), '../public');
/** Ctrl+C reaches us twice when npm passes it on; a later one means that somebody is impatient. */
const IMPATIENCE_MS = 2000;

function greeting(config: Config, where: string): string {
  const [origin = ''] = config.origins;
  const money = config.sandbox ? ' It starts with play money.' : '';
  const lines = [
    '',
    `  Counterfoil is at ${origin}`,
    '',
    `  Open it and make a wallet with a fingerprint, face or PIN.${money}`,
    '  To pay somebody, make a second wallet: in another browser, or another profile of this one.',
    '  One shows a code under Receive; the other scans it, or pastes its text.',
    '',
    `  Accounts are kept in ${where}.`,
    '  Stop with Ctrl+C; nothing is lost. Settings: npm run config. Help: npm run operator -- help',
    '',
  ];
  return `${lines.join('\n')}\n`;
}

function readConfigOrLeave(): Config {
  const config = readConfig(process.env);
  if (config.ok) {
    const isTerminal = process.stderr.isTTY && !process.env.LOG_LEVEL;
    return isTerminal ? { ...config.value, logLevel: 'warn' } : config.value;
  }
  process.stderr.write(
    `Counterfoil cannot start with these settings:\n${config.refusal.detail}\nnpm run config lists them all.\n`,
  );
  process.exit(2);
}

async function serve(config: Config): Promise<void> {
  // Whoever reads our words may leave; payments go on.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const log = createLineLog(config.logLevel, process.stderr);
  for (const warning of warningsOf(config)) log.warn(warning);
  await assertPortFree(config.host, config.port);
  const { database, where, stop: stopDatabase } = await startDatabase(config, log);
  await createIdentityOnce(database, systemRandom);
  if (!(await isMoneyOfKind(database, config.sandbox))) {
    await stopDatabase();
    throw new StartRefused(saidOfOtherMoney(config.sandbox, where));
  }
  const services = createServices({
    config,
    database,
    clock: systemClock,
    random: systemRandom,
    onFault: (what, cause) => log.error(what, cause),
  });
  await rememberParty(database, services.party);
  const publicDir = config.publicDir === undefined ? BUILT_WALLET : path.resolve(config.publicDir);
  const app = await createApp({ ...services, publicDir, logTo: process.stderr });

  async function stop(): Promise<void> {
    const late = setTimeout(() => app.server.closeAllConnections(), config.shutdownTimeoutMs);
    await app.close();
    clearTimeout(late);
    await services.stop();
    await stopDatabase();
  }

  let stoppingSinceMs = 0;
  function onSignal(signal: NodeJS.Signals): void {
    const nowMs = Date.now();
    if (stoppingSinceMs > 0) {
      if (nowMs - stoppingSinceMs > IMPATIENCE_MS) process.exit(1);
      return;
    }
    stoppingSinceMs = nowMs;
    log.info(`stopping on ${signal}`);
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('stopping failed', error);
        process.exit(1);
      },
    );
  }
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);

  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    await stop();
    const fault = error as NodeJS.ErrnoException;
    throw new StartRefused(saidOfListening(fault, config.host, config.port), { cause: error });
  }
  process.stdout.write(greeting(config, where));
}

serve(readConfigOrLeave()).catch((error: unknown) => {
  const words = error instanceof StartRefused ? error.message : saidOfFault(error);
  process.stderr.write(`Counterfoil cannot start. ${words}\n`);
  process.exit(1);
});

function saidOfOtherMoney(sandbox: boolean, where: string): string {
  const fault = sandbox
    ? 'real, and SANDBOX=true would mix it with play money'
    : 'play money, which SANDBOX=false would make look real';
  return `The money in ${where} is ${fault}. Choose another database, or SANDBOX=${!sandbox}.`;
}

function saidOfFault(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
