/** Owns the route of live updates: who may listen, from where, and how many streams an account has. */
import { Type } from '@fastify/type-provider-typebox';
import { readVersions } from '#ledger/accounts.ts';
import type { Queryable } from '#ledger/database.ts';
import { toBase32 } from '#protocol/base32.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { ROUTES } from '#protocol/routes.ts';
import type { App } from '../app.ts';
import { entryJson, problems, wholeText } from '../http/forms.ts';
import { sendProblem } from '../http/problem-response.ts';
import { addressKey } from '../http/rate-limit.ts';
import type { Services } from '../services.ts';
import { type LiveStream, openLiveStream } from './live-stream.ts';
import { readEntries } from './statement.ts';
import { createStreamLimit } from './stream-limit.ts';

const HEARTBEAT_MS = 20_000;
const ENTRIES_AT_ONCE = 100;
const RETRY_AFTER_S = 30;

const cursor = Type.Optional(wholeText('The last version that the page has seen'));

const DESCRIPTION =
  'Each event is called `entry`; its id is the entry’s version and its data the entry as in the statement. ' +
  'After a break the browser sends the last id it saw, and nothing is lost or told twice. An event called ' +
  '`restored` says that the cursor lies ahead of the account: the statement is to be read anew.';

/** A cursor from before a restore may lie ahead: nothing would be told until the account has caught up. */
async function startOf(database: Queryable, account: Bytes, after: number) {
  const [newest] = after > 0 ? await readVersions(database, [account]) : [];
  const version = Number(newest ?? 0n);
  return after > version ? { after: version, isAhead: true } : { after, isAhead: false };
}

const eventsSchema = {
  operationId: 'readEvents',
  summary: 'New entries as they are posted, as server-sent events',
  description: DESCRIPTION,
  tags: ['account'],
  security: [{ session: [] }],
  querystring: Type.Object({ after: cursor }, { additionalProperties: false }),
  headers: Type.Object({ 'last-event-id': cursor }),
  response: {
    200: {
      description: 'The stream',
      content: { 'text/event-stream': { schema: Type.String() } },
    },
    ...problems(400, 401, 429, 503),
  },
};

export function addEventsRoute(app: App, services: Services): void {
  const { config, database, sessions, watch } = services;
  const streams = new Map<string, LiveStream[]>();
  const limit = createStreamLimit(config.streamsMax, config.streamsPerAddressMax);

  function leave(key: string, stream: LiveStream): void {
    const rest = (streams.get(key) ?? []).filter((other) => other !== stream);
    if (rest.length > 0) streams.set(key, rest);
    else streams.delete(key);
  }

  /** A page that was left open elsewhere must not keep the person's newest one from opening. */
  function enter(key: string, stream: LiveStream): void {
    const open = [...(streams.get(key) ?? []), stream];
    streams.set(key, open);
    if (open.length > config.streamsPerAccountMax) open[0]?.end();
  }

  // Open streams would keep the server from ever finishing.
  let isClosing = false;
  app.addHook('preClose', (done) => {
    isClosing = true;
    for (const open of streams.values()) for (const stream of open) stream.end();
    done();
  });

  app.route({
    ...ROUTES.events,
    url: ROUTES.events.path,
    exposeHeadRoute: false,
    schema: eventsSchema,
    handler: async (request, reply) => {
      const session = await sessions.of(request);
      if (!session.ok) return sendProblem(request, reply, session.refusal);
      const { account } = session.value;
      const after = Number(request.headers['last-event-id'] ?? request.query.after ?? 0);
      const start = await startOf(database, account, after);
      // Meanwhile the server may have begun to stop, or the reader have left. From here on nothing waits.
      if (isClosing) return sendProblem(request, reply, { code: 'unavailable' });
      if (reply.raw.destroyed) return reply.hijack();
      const address = addressKey(request.ip);
      const full = limit.enter(address);
      // The page asks again, ever more rarely, and meanwhile reads its statement without being told.
      if (full) return sendProblem(request, reply, full, { retryAfterS: RETRY_AFTER_S });
      const headers = reply
        .type('text/event-stream')
        // Proxies that gather an answer before they pass it on would gather for ever.
        .header('x-accel-buffering', 'no')
        .getHeaders();
      reply.hijack();
      reply.raw.writeHead(200, headers as Record<string, string>);
      const onFault = (cause: unknown) => request.log.warn({ err: cause }, 'live stream broke');
      const key = toBase32(account);
      const stream = openLiveStream({
        response: reply.raw,
        ...start,
        readEntries: (from) => readEntries(database, account, from, ENTRIES_AT_ONCE),
        toJson: entryJson,
        isAllowed: () => sessions.isLive(session.value),
        heartbeatMs: HEARTBEAT_MS,
        onFault,
      });
      enter(key, stream);
      const unsubscribe = watch.subscribe(account, stream.wake);
      reply.raw.on('close', () => {
        limit.leave(address);
        unsubscribe();
        leave(key, stream);
      });
      return reply;
    },
  });
}
