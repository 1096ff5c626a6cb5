/** Owns the routes about the server itself: its keys, its health, and the description of its interface. */
import { Type } from '@fastify/type-provider-typebox';
import { ROUTES } from '#protocol/routes.ts';
import type { ServerIdentity } from '#protocol/wire.ts';
import type { App } from '../app.ts';
import type { Services } from '../services.ts';
import { keysForm, keysJson, problems } from './forms.ts';
import { sendProblem } from './problem-response.ts';

/** Fails on a replica, and a failed connection is not kept: the next one may reach the primary. */
const TAKES_WRITES = `SELECT 1 / (current_setting('transaction_read_only') = 'off')::integer`;

const statusForm = Type.Object({ status: Type.Literal('ok') });

export function addServiceRoutes(app: App, services: Services): void {
  const { clock, database, keys, party } = services;

  app.route({
    ...ROUTES.keys,
    url: ROUTES.keys.path,
    schema: {
      operationId: 'readKeys',
      summary: 'What a phone must know to make orders for this server and to check its receipts',
      tags: ['server'],
      response: { 200: keysForm, ...problems(503) },
    },
    handler: async (_request, reply) => {
      const ring = await keys.current();
      const identity: ServerIdentity = {
        server: ring.server,
        epoch: ring.epoch,
        rpId: party.rpId,
        origins: party.origins,
        keys: ring.keys,
        nowMs: clock.nowMs(),
      };
      return reply.header('cache-control', 'no-cache').send(keysJson(identity));
    },
  });

  app.route({
    ...ROUTES.healthz,
    url: ROUTES.healthz.path,
    logLevel: 'warn',
    schema: {
      operationId: 'health',
      summary: 'The process runs',
      tags: ['server'],
      response: { 200: statusForm },
    },
    handler: async () => ({ status: 'ok' as const }),
  });

  app.route({
    ...ROUTES.readyz,
    url: ROUTES.readyz.path,
    logLevel: 'warn',
    schema: {
      operationId: 'readiness',
      summary: 'The process can settle payments: its database takes writes',
      tags: ['server'],
      response: { 200: statusForm, ...problems(503) },
    },
    handler: async (request, reply) => {
      try {
        await database.query(TAKES_WRITES);
      } catch (error) {
        request.log.warn({ err: error }, 'the database takes no writes');
        return sendProblem(request, reply, { code: 'unavailable' });
      }
      return reply.send({ status: 'ok' as const });
    },
  });

  app.route({
    ...ROUTES.openapi,
    url: ROUTES.openapi.path,
    schema: {
      operationId: 'describe',
      summary: 'This description, OpenAPI 3.1',
      tags: ['server'],
      response: { 200: Type.Unsafe<object>({ type: 'object', additionalProperties: true }) },
    },
    handler: (_request, reply) => reply.serializer(JSON.stringify).send(app.swagger()),
  });
}
