/** Owns the server's settings: one table of environment variables, read and checked at the border. */
import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import { readMoneyByCurrency } from './money-by-currency.ts';
import { FIRST_PROCESS_CONNECTIONS_MAX } from './share-of-process.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What Fastify takes: nobody, everybody, a number of hops, or the proxies' addresses. */
export type TrustProxy = boolean | number | readonly string[];

type Setting<T> = {
  readonly name: string;
  /** The text that stands when the variable is not set; empty when it follows from others. */
  readonly fallback: string;
  /** Said in the reference in place of a fallback that follows from others. */
  readonly fallbackSaid?: string;
  readonly says: string;
  /** Answers undefined when the text is not of its kind. */
  readonly read: (text: string) => T | undefined;
  readonly wants: string;
};

function whole(min: number, max: number) {
  return {
    wants: `a whole number from ${min} to ${max}`,
    read: (text: string) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? value : undefined;
    },
  };
}

function oneOf<const T extends string>(choices: readonly T[]) {
  return {
    wants: `one of ${choices.join(', ')}`,
    read: (text: string) => choices.find((choice) => choice === text),
  };
}

const money = {
  wants: 'a whole number, or with exceptions such as 200,XOF=100000,KES=20000',
  read: readMoneyByCurrency,
};

const freeText = { wants: 'some text', read: (text: string) => text };

function readOrigins(text: string): readonly string[] | undefined {
  const origins = text.split(',').map((part) => part.trim().replace(/\/$/, ''));
  const good = origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin);
  return good ? origins : undefined;
}

const PROXIES_BY_NAME: ReadonlySet<string> = new Set(['loopback', 'linklocal', 'uniquelocal']);

function isProxy(text: string): boolean {
  const [address = '', prefix] = text.split('/', 2);
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  const isWhole = prefix === undefined || whole(1, bits).read(prefix) !== undefined;
  return PROXIES_BY_NAME.has(text) || (bits > 0 && isWhole);
}

function readTrustProxy(text: string): TrustProxy | undefined {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const parts = text.split(',').map((part) => part.trim());
  return parts.every(isProxy) ? parts : undefined;
}

function setting<T>(name: string, fallback: string, rest: Omit<Setting<T>, 'name' | 'fallback'>) {
  return { name, fallback, ...rest } satisfies Setting<T>;
}

/** The whole table, in the order in which the reference prints it. */
export const SETTINGS = {
  port: setting('PORT', '8080', { says: 'TCP port to listen on.', ...whole(1, 65535) }),
  host: setting('HOST', 'localhost', {
    says: 'Name or address to listen on. Behind a proxy on another machine: 0.0.0.0.',
    ...freeText,
  }),
  origins: setting('ORIGIN', '', {
    fallbackSaid: 'http://localhost:PORT',
    says: 'Where people open the wallet, as the browser writes it. Several with commas, the first is the main one.',
    wants: 'an origin such as https://pay.example.org, or several with commas',
    read: readOrigins,
  }),
  rpId: setting('RP_ID', '', {
    fallbackSaid: 'host of the first ORIGIN',
    says: 'Domain that passkeys belong to: the host of every ORIGIN or a parent of it. Changing it loses every passkey.',
    wants: 'a host name such as example.org',
    read: (text: string) => (/^[a-z0-9.-]+$/.test(text) ? text : undefined),
  }),
  databaseUrl: setting('DATABASE_URL', '', {
    fallbackSaid: 'the embedded database',
    says: 'A PostgreSQL to use in place of the embedded one.',
    wants: 'an address such as postgresql://user:password@host:5432/database',
    read: (text: string) =>
      /^postgres(ql)?:\/\//.test(text) && URL.canParse(text) ? text : undefined,
  }),
  dataDir: setting('DATA_DIR', './data', {
    says: 'Folder of the embedded database.',
    ...freeText,
  }),
  sandbox: setting('SANDBOX', '', {
    fallbackSaid: 'true with the embedded database, else false',
    says: 'Give new accounts play money, and mark it as such.',
    wants: 'true or false',
    read: (text: string) => (text === 'true' ? true : text === 'false' ? false : undefined),
  }),
  trustProxy: setting<TrustProxy>('TRUST_PROXY', 'false', {
    says: 'Whose X-Forwarded-For is believed: true, false, a number of hops, or the proxies’ addresses.',
    wants: 'true, false, a number of hops or addresses with commas',
    read: readTrustProxy,
  }),
  logLevel: setting('LOG_LEVEL', 'info', {
    says: 'Least level that is logged, as JSON lines on standard error. At a terminal warn unless set.',
    ...oneOf(LOG_LEVELS),
  }),
  processes: setting('PROCESSES', '1', {
    says: 'How many processes share the work, each on a core of its own. Also: npm run serve -- --processes N.',
    ...whole(1, 64),
  }),
  metricsPort: setting('METRICS_PORT', '', {
    fallbackSaid: 'no metrics',
    says: 'TCP port where Prometheus reads /metrics, apart from what people reach.',
    ...whole(1, 65535),
  }),
  metricsHost: setting('METRICS_HOST', 'localhost', {
    says: 'Name or address to listen on for METRICS_PORT. Whoever reaches it sees how much is paid and promised.',
    ...freeText,
  }),
  verifyThreads: setting('VERIFY_THREADS', '', {
    fallbackSaid: 'one for each core, shared among the processes',
    says: 'Threads that verify signatures, in each process; with 0 requests wait for it.',
    ...whole(0, 64),
  }),
  shutdownTimeoutMs: setting('SHUTDOWN_TIMEOUT_MS', '10000', {
    says: 'How long requests may take to end when the server is stopped.',
    ...whole(0, 600_000),
  }),
  databaseConnectionsMax: setting('DATABASE_CONNECTIONS_MAX', '', {
    fallbackSaid: '10, or 4 for each of several processes and 2 besides',
    says: 'Most connections to the database, of all processes together; each needs two, and so does the one that starts several.',
    ...whole(2, 1000),
  }),
  sessionDays: setting('SESSION_DAYS', '90', {
    says: 'How long a sign-in lasts.',
    ...whole(1, 400),
  }),
  ceremonyTimeoutMs: setting('CEREMONY_TIMEOUT_MS', '300000', {
    says: 'How long a person may take over an enrolment or a sign-in.',
    ...whole(1000, 3_600_000),
  }),
  ceremoniesPerMinute: setting('CEREMONIES_PER_MINUTE', '60', {
    says: 'Enrolments and sign-ins that one network address may begin in a minute. Of several processes each grants its share.',
    ...whole(1, 1_000_000),
  }),
  uploadsPerMinute: setting('UPLOADS_PER_MINUTE', '6000', {
    says: 'Uploads of payments and questions for receipts that one network address may send in a minute. Of several processes each grants its share.',
    ...whole(1, 10_000_000),
  }),
  paymentsPerMinute: setting('PAYMENTS_PER_MINUTE', '60000', {
    says: 'Payments that one network address may bring in a minute, whatever they are worth. Of several processes each grants its share.',
    ...whole(1, 100_000_000),
  }),
  accountPaymentsPerMinute: setting('ACCOUNT_PAYMENTS_PER_MINUTE', '600', {
    says: 'Payments of one payer that get a verdict in a minute. An upload is settled whole: who brings more has to wait the longer with the next. Of several processes each grants its share.',
    ...whole(1, 100_000_000),
  }),
  paymentsWaitingMax: setting('PAYMENTS_WAITING_MAX', '10000', {
    says: 'Payments that may wait for a verdict in one process at the same time; more are asked to come back later.',
    ...whole(1, 1_000_000),
  }),
  uploadBytesWaitingMax: setting('UPLOAD_BYTES_WAITING_MAX', '33554432', {
    says: 'Bytes of uploads that may be on their way or wait in one process at the same time.',
    ...whole(16_384, 1_073_741_824),
  }),
  connectionsMax: setting('CONNECTIONS_MAX', '10000', {
    says: 'Open connections of one process; more are closed at once.',
    ...whole(10, 1_000_000),
  }),
  connectionsPerAddressMax: setting('CONNECTIONS_PER_ADDRESS_MAX', '1000', {
    says: 'Open connections of one network address to one process. Not asked with TRUST_PROXY, since all are the proxy’s.',
    ...whole(1, 1_000_000),
  }),
  batchItemsMax: setting('BATCH_ITEMS_MAX', '200', {
    says: 'Most payments in one upload. Wallets send no more than 20.',
    ...whole(1, 256),
  }),
  batchBytesMax: setting('BATCH_BYTES_MAX', '131072', {
    says: 'Most bytes in one upload. Wallets send no more than 16384.',
    ...whole(16_384, 1_048_576),
  }),
  orderValidityMaxDays: setting('ORDER_VALIDITY_MAX_DAYS', '30', {
    says: 'Longest time that an order may claim to stay valid.',
    ...whole(1, 366),
  }),
  allowanceTotalMax: setting('ALLOWANCE_TOTAL_MAX', '200', {
    says: 'Most that one device may set aside for offline payments in one currency, in whole units of it.',
    ...money,
  }),
  allowanceCap: setting('ALLOWANCE_CAP', '50', {
    says: 'Most that one offline payment may spend, in whole units of its currency.',
    ...money,
  }),
  guaranteeMax: setting('GUARANTEE_MAX', '200', {
    says: 'Most that the operator pays for one account that promised more than it had, in whole units of each currency.',
    ...money,
  }),
  allowanceHours: setting('ALLOWANCE_HOURS', '240', {
    says: 'How long an allowance lasts.',
    ...whole(1, 8784),
  }),
  allowanceGraceHours: setting('ALLOWANCE_GRACE_HOURS', '72', {
    says: 'How long after an allowance’s end its unspent funds stay set aside.',
    ...whole(0, 8784),
  }),
  allowanceCountSoft: setting('ALLOWANCE_COUNT_SOFT', '30', {
    says: 'After so many offline payments a wallet looks for the network.',
    ...whole(1, 65_535),
  }),
  allowanceCountMax: setting('ALLOWANCE_COUNT_MAX', '60', {
    says: 'Most payments under one allowance.',
    ...whole(1, 65_535),
  }),
  namesVerifiedBy: setting('NAMES_VERIFIED_BY', '', {
    fallbackSaid: 'enrolment with play money, else operator',
    says: 'Who vouches for payees’ names: the operator, one by one, or enrolment, which believes what people say.',
    ...oneOf(['operator', 'enrolment']),
  }),
  streamsPerAccountMax: setting('STREAMS_PER_ACCOUNT_MAX', '10', {
    says: 'Most open live streams of one account in one process; the oldest is closed for a new one.',
    ...whole(1, 1000),
  }),
  streamsPerAddressMax: setting('STREAMS_PER_ADDRESS_MAX', '200', {
    says: 'Most open live streams of one network address in one process.',
    ...whole(1, 1_000_000),
  }),
  streamsMax: setting('STREAMS_MAX', '5000', {
    says: 'Most open live streams of one process.',
    ...whole(1, 1_000_000),
  }),
  publicDir: setting('PUBLIC_DIR', '', {
    fallbackSaid: 'the wallet as built',
    says: 'Folder of the static files.',
    ...freeText,
  }),
} as const;

type Table = typeof SETTINGS;
type Read = { readonly [K in keyof Table]: ReturnType<Table[K]['read']> };
type Filled = { readonly [K in keyof Table]: NonNullable<Read[K]> };

export type Config = Omit<Filled, 'databaseUrl' | 'metricsPort' | 'publicDir'> & {
  readonly databaseUrl: string | undefined;
  readonly metricsPort: number | undefined;
  readonly publicDir: string | undefined;
};

export type Environment = Readonly<Record<string, string | undefined>>;

/** WebAuthn Level 3 §5.1.2: the relying party's id is the origin's host or a parent domain of it. */
function coversHost(rpId: string, origin: string): boolean {
  const { hostname } = new URL(origin);
  return hostname === rpId || hostname.endsWith(`.${rpId}`);
}

function checkTogether(config: Config): string[] {
  const faults: string[] = [];
  if (config.allowanceCountSoft > config.allowanceCountMax) {
    const most = config.allowanceCountMax;
    faults.push(`ALLOWANCE_COUNT_SOFT: at most ALLOWANCE_COUNT_MAX, which is ${most}.`);
  }
  // What does not fit into an empty queue would be asked to come back for ever.
  if (config.paymentsWaitingMax < config.batchItemsMax) {
    const least = config.batchItemsMax;
    faults.push(`PAYMENTS_WAITING_MAX: at least BATCH_ITEMS_MAX, which is ${least}.`);
  }
  if (config.uploadBytesWaitingMax < config.batchBytesMax) {
    const least = config.batchBytesMax;
    faults.push(`UPLOAD_BYTES_WAITING_MAX: at least BATCH_BYTES_MAX, which is ${least}.`);
  }
  const { processes } = config;
  const connectionsMin = processes === 1 ? 2 : 2 * processes + FIRST_PROCESS_CONNECTIONS_MAX;
  if (config.databaseConnectionsMax < connectionsMin) {
    faults.push(
      `DATABASE_CONNECTIONS_MAX: at least two for each of ${processes} processes, and two for the one that starts them, which is ${connectionsMin}.`,
    );
  }
  for (const origin of config.origins) {
    const { protocol, hostname } = new URL(origin);
    if (protocol !== 'https:' && hostname !== 'localhost' && !hostname.endsWith('.localhost')) {
      faults.push(
        `ORIGIN: passkeys need https, or http on localhost; ${origin} is neither. ` +
          'Put a proxy with a certificate in front and name its https address.',
      );
    }
    if (!coversHost(config.rpId, origin)) {
      faults.push(`RP_ID: ${config.rpId} is neither the host of ${origin} nor a parent of it.`);
    }
  }
  return faults;
}

/** What follows from others unless it is set. */
const DERIVED: ReadonlySet<keyof Table> = new Set([
  'port',
  'origins',
  'rpId',
  'databaseUrl',
  'processes',
  'verifyThreads',
  'databaseConnectionsMax',
  'sandbox',
  'namesVerifiedBy',
]);

const threadsOfProcess = (processes: number) =>
  Math.max(1, Math.floor(availableParallelism() / processes));

/** Every fault at once, one a line, in the refusal's detail. An empty variable counts as not set. */
export function readConfig(environment: Environment): Outcome<Config> {
  const faults: string[] = [];
  function read<K extends keyof Table>(key: K, derived?: string): Read[K] | undefined {
    const { name, fallback, wants, read: readText } = SETTINGS[key];
    const text = environment[name]?.trim() || derived || fallback;
    if (text === '') return undefined;
    const value = readText(text) as Read[K] | undefined;
    if (value === undefined) faults.push(`${name}: expected ${wants}, but it is ${quote(text)}.`);
    return value;
  }
  const port = read('port');
  const origins = read('origins', `http://localhost:${port ?? 8080}`) ?? ['http://localhost'];
  const databaseUrl = read('databaseUrl');
  const keys = Object.keys(SETTINGS) as (keyof Table)[];
  const rest = Object.fromEntries(
    keys.filter((key) => !DERIVED.has(key)).map((key) => [key, read(key)]),
  );
  const processes = read('processes') ?? 1;
  const sandbox = read('sandbox', String(!environment[SETTINGS.databaseUrl.name]));
  const config = {
    ...rest,
    port,
    origins,
    databaseUrl,
    processes,
    verifyThreads: read('verifyThreads', String(threadsOfProcess(processes))),
    databaseConnectionsMax: read(
      'databaseConnectionsMax',
      String(Math.max(10, 4 * processes + FIRST_PROCESS_CONNECTIONS_MAX)),
    ),
    rpId: read('rpId', new URL(origins[0] ?? '').hostname),
    sandbox,
    namesVerifiedBy: read('namesVerifiedBy', sandbox ? 'enrolment' : 'operator'),
  } as Config; // complete unless a fault was noted
  if (faults.length === 0) faults.push(...checkTogether(config));
  return faults.length === 0 ? accept(config) : refuse('input_invalid', faults.join('\n'));
}

/** What can be meant, and most likely is not. */
export function warningsOf({ origins, trustProxy }: Config): string[] {
  const isBehindProxy = origins.some((origin) => origin.startsWith('https:'));
  return isBehindProxy && trustProxy === false
    ? [
        'ORIGIN is https, so a proxy stands in front, but TRUST_PROXY is false: ' +
          'all visitors count as the proxy and share one rate limit.',
      ]
    : [];
}

/** A password in DATABASE_URL must not reach a terminal or a log because its scheme was mistyped. */
function quote(text: string): string {
  return JSON.stringify(text.replace(/\/\/.*@/, '//…@'));
}

/** The reference that `npm run config` prints. */
export function configReference(): string {
  const rows = Object.values(SETTINGS).map((row) => {
    const fallback = row.fallback === '' && 'fallbackSaid' in row ? row.fallbackSaid : row.fallback;
    return `${row.name}\n    ${row.says}\n    Wants ${row.wants}. Unless set: ${fallback}.\n`;
  });
  return `Counterfoil's payment server is configured by environment variables.\n\n${rows.join('\n')}`;
}
