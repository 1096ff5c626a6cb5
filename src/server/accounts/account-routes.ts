/** Owns the routes by which people read their account, and strangers a payee's profile. */
import { type Static, Type } from '@fastify/type-provider-typebox';
import { fromBase32, toBase32 } from '#protocol/base32.ts';
import { ACCOUNT_ID_LENGTH, DEVICE_MAX, SEQ_MAX } from '#protocol/order.ts';
import { assert } from '#protocol/refusals.ts';
import { ROUTES, STATEMENT_ENTRIES_MAX } from '#protocol/routes.ts';
import type { App } from '../app.ts';
import {
  accountForm,
  accountJson,
  payeeForm,
  payeeJson,
  problems,
  profileForm,
  statementForm,
  statementJson,
  wholeText,
} from '../http/forms.ts';
import { sendProblem } from '../http/problem-response.ts';
import type { Services } from '../services.ts';
import { certifiedState } from './account-state.ts';
import { checkProfile } from './profile.ts';
import { readProfile, writeProfile } from './profiles.ts';
import { readPage } from './statement.ts';

const SESSION = [{ session: [] }];

const ENTRIES_AT_ONCE = 100;

const statementQuery = Type.Object(
  {
    after: Type.Optional(wholeText('Cursor: entries behind this version')),
    limit: Type.Optional(
      wholeText(`At most ${STATEMENT_ENTRIES_MAX}; ${ENTRIES_AT_ONCE} unless said`),
    ),
  },
  { additionalProperties: false },
);

/** What a wallet has counted to says which of its payments never came. */
const announcement = Type.Object(
  {
    account: Type.Optional(Type.String({ description: 'Whose wallet asks' })),
    device: Type.Optional(wholeText('Its device number')),
    seq: Type.Optional(wholeText('The highest number that it has given to a payment')),
  },
  { additionalProperties: false },
);

/** Of a device or a number that no order could carry nothing is noted. */
function announced({ account, device, seq }: Static<typeof announcement>) {
  const counted = { device: Number(device ?? 0), seq: Number(seq ?? 0) };
  const isCountable = counted.device <= DEVICE_MAX && counted.seq <= SEQ_MAX;
  return { account, device: counted.device, seq: isCountable ? counted.seq : 0 };
}

const payeeParams = Type.Object({ id: Type.String({ maxLength: 64 }) });

export function addAccountRoutes(app: App, services: Services): void {
  const { database, sessions, keys, sequences } = services;

  app.route({
    ...ROUTES.account,
    url: ROUTES.account.path,
    schema: {
      operationId: 'readAccount',
      summary: 'Profile, balances and the statement’s end',
      tags: ['account'],
      security: SESSION,
      querystring: announcement,
      response: { 200: accountForm, ...problems(400, 401) },
    },
    handler: async (request, reply) => {
      const session = await sessions.of(request);
      if (!session.ok) return sendProblem(request, reply, session.refusal);
      const { account, device, seq } = announced(request.query);
      // The session of a browser may be another account’s than the wallet in it.
      if (account === toBase32(session.value.account) && seq > 0) {
        sequences.announce(session.value.account, device, seq);
      }
      const state = await certifiedState(services, session.value.account);
      assert(state !== undefined, 'a session belongs to an account');
      return reply.send(accountJson(state));
    },
  });

  app.route({
    ...ROUTES.profile,
    url: ROUTES.profile.path,
    schema: {
      operationId: 'writeProfile',
      summary: 'Change what people may know of the account',
      tags: ['account'],
      security: SESSION,
      body: profileForm,
      response: { 200: accountForm, ...problems(400, 401, 415) },
    },
    handler: async (request, reply) => {
      const session = await sessions.of(request);
      if (!session.ok) return sendProblem(request, reply, session.refusal);
      const profile = checkProfile(request.body);
      if (!profile.ok) return sendProblem(request, reply, profile.refusal);
      await writeProfile(database, session.value.account, profile.value);
      const state = await certifiedState(services, session.value.account);
      assert(state !== undefined, 'a session belongs to an account');
      return reply.send(accountJson(state));
    },
  });

  app.route({
    ...ROUTES.statement,
    url: ROUTES.statement.path,
    schema: {
      operationId: 'readStatement',
      summary: 'Entries after a cursor, oldest first: each once, none skipped',
      tags: ['account'],
      security: SESSION,
      querystring: statementQuery,
      response: { 200: statementForm, ...problems(400, 401) },
    },
    handler: async (request, reply) => {
      const session = await sessions.of(request);
      if (!session.ok) return sendProblem(request, reply, session.refusal);
      const after = Number(request.query.after ?? 0);
      const limit = Number(request.query.limit ?? ENTRIES_AT_ONCE);
      if (limit < 1 || limit > STATEMENT_ENTRIES_MAX) {
        const detail = `limit is from 1 to ${STATEMENT_ENTRIES_MAX}.`;
        return sendProblem(request, reply, { code: 'input_invalid', detail });
      }
      const page = await readPage(database, session.value.account, after, limit);
      const { epoch } = await keys.current();
      return reply.send(statementJson({ ...page, epoch }));
    },
  });
}

export function addPayeeRoute(app: App, { database }: Services): void {
  app.route({
    ...ROUTES.payee,
    url: ROUTES.payee.path,
    schema: {
      operationId: 'readPayee',
      summary: 'What everybody may know of a payee',
      tags: ['account'],
      params: payeeParams,
      response: { 200: payeeForm, ...problems(400, 422) },
    },
    handler: async (request, reply) => {
      const account = fromBase32(request.params.id, ACCOUNT_ID_LENGTH);
      const profile = account && (await readProfile(database, account));
      if (!profile) return sendProblem(request, reply, { code: 'payee_unknown' });
      return reply.send(payeeJson(profile));
    },
  });
}
