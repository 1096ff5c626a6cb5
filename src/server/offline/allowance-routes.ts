/** Owns the routes of allowances: asking for one, giving it back, and the operator's terms. */
import { releaseAllowance } from '#ledger/allowances.ts';
import { toBase64url } from '#protocol/bytes.ts';
import { ROUTES } from '#protocol/routes.ts';
import type { App } from '../app.ts';
import { nothing, problems } from '../http/forms.ts';
import {
  allowanceBody,
  allowanceForm,
  allowanceReleaseBody,
  termsForm,
  termsJson,
} from '../http/offline-forms.ts';
import { sendProblem } from '../http/problem-response.ts';
import type { Services } from '../services.ts';
import { grantAllowance } from './grant-allowance.ts';
import { termsOf } from './terms.ts';

const SESSION = [{ session: [] }];
/** How long a phone may go without hearing that the operator changed the terms. */
const TERMS_MAX_AGE_S = 300;

export function addAllowanceRoutes(app: App, services: Services): void {
  const { clock, database, sessions } = services;

  app.route({
    ...ROUTES.allowances,
    url: ROUTES.allowances.path,
    config: { limited: 'uploads' },
    schema: {
      operationId: 'grantAllowance',
      summary: 'Set funds aside for a device’s offline payments',
      description:
        'Ends the allowance that the device has in this currency, if any; what was unspent of it returns. ' +
        'The answer is the server’s signed word, COSE_Sign1, which payees check without a network.',
      tags: ['offline'],
      security: SESSION,
      body: allowanceBody,
      response: { 201: allowanceForm, ...problems(400, 401, 409, 415, 422, 429) },
    },
    handler: async (request, reply) => {
      const session = await sessions.of(request);
      if (!session.ok) return sendProblem(request, reply, session.refusal);
      const { amountMinor, ...rest } = request.body;
      const body = { ...rest, amountMinor: BigInt(amountMinor) };
      const grant = await grantAllowance(services, session.value.account, body);
      if (!grant.ok) return sendProblem(request, reply, grant.refusal);
      const { allowance, countSoft } = grant.value;
      return reply.code(201).send({ allowance: toBase64url(allowance), countSoft });
    },
  });

  app.route({
    ...ROUTES.allowanceRelease,
    url: ROUTES.allowanceRelease.path,
    config: { limited: 'uploads' },
    schema: {
      operationId: 'releaseAllowance',
      summary: 'Give an allowance back: what is unspent of it returns at once',
      tags: ['offline'],
      security: SESSION,
      body: allowanceReleaseBody,
      response: { 204: nothing, ...problems(400, 401, 415, 429) },
    },
    handler: async (request, reply) => {
      const session = await sessions.of(request);
      if (!session.ok) return sendProblem(request, reply, session.refusal);
      const nowS = Math.floor(clock.nowMs() / 1000);
      await releaseAllowance(database, { ...request.body, account: session.value.account }, nowS);
      return reply.code(204).send(null);
    },
  });
}

export function addTermsRoute(app: App, { config }: Services): void {
  app.route({
    ...ROUTES.terms,
    url: ROUTES.terms.path,
    schema: {
      operationId: 'readTerms',
      summary: 'What the operator allows offline, and guarantees',
      tags: ['offline'],
      response: { 200: termsForm, ...problems() },
    },
    handler: async (_request, reply) =>
      reply
        .header('cache-control', `public, max-age=${TERMS_MAX_AGE_S}`)
        .send(termsJson(termsOf(config))),
  });
}
