/** Owns the routes of signing in with a passkey that exists. */
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { fromBase64url } from '#protocol/bytes.ts';
import { ROUTES } from '#protocol/routes.ts';
import type { App } from '../app.ts';
import {
  emptyBody,
  enrolmentForm,
  enrolmentJson,
  problems,
  signInBody,
  webauthnOptions,
} from '../http/forms.ts';
import { sendProblem } from '../http/problem-response.ts';
import type { Services } from '../services.ts';
import { createCeremonies } from './ceremonies.ts';
import { findCredential, keepDevice, noteUse } from './credentials.ts';
import { deviceLabel } from './device-label.ts';
import { enrolmentOf } from './enrolment.ts';
import { challengeOf, signInOptions, verifySignIn } from './verify-passkey.ts';

export function addSignInRoutes(app: App, services: Services): void {
  const { config, database, clock, random, party, sessions } = services;
  const ceremonies = createCeremonies(
    { database, clock, random, timeoutMs: config.ceremonyTimeoutMs },
    'sign-in',
    () => ({}),
  );

  app.route({
    ...ROUTES.signInOptions,
    url: ROUTES.signInOptions.path,
    config: { limited: 'ceremonies' },
    schema: {
      operationId: 'beginSignIn',
      summary: 'Options for signing in with a passkey that the person chooses',
      tags: ['passkeys'],
      body: emptyBody,
      response: { 200: webauthnOptions, ...problems(400, 415, 429) },
    },
    handler: async (_request, reply) => {
      const challenge = await ceremonies.begin({});
      return reply.send({ ...(await signInOptions(party, challenge, config.ceremonyTimeoutMs)) });
    },
  });

  app.route({
    ...ROUTES.signIn,
    url: ROUTES.signIn.path,
    config: { limited: 'ceremonies' },
    schema: {
      operationId: 'signIn',
      summary: 'Sign in; a device that is not one of the account’s gets a number of its own',
      tags: ['passkeys'],
      body: signInBody,
      response: { 200: enrolmentForm, ...problems(400, 415, 422, 429) },
    },
    handler: async (request, reply) => {
      // The schema has the members that matter; the library reads the rest as what it is.
      const response = request.body.credential as AuthenticationResponseJSON;
      const challenge = challengeOf(response.response.clientDataJSON);
      const id = fromBase64url(response.id);
      if (!challenge || !id) return sendProblem(request, reply, { code: 'passkey_rejected' });
      const ceremony = await ceremonies.take(challenge);
      if (!ceremony.ok) return sendProblem(request, reply, ceremony.refusal);
      const credential = await findCredential(database, id);
      if (!credential) return sendProblem(request, reply, { code: 'credential_unknown' });
      const seen = await verifySignIn(party, challenge, response, credential);
      if (!seen.ok) return sendProblem(request, reply, seen.refusal);
      const { account } = credential;
      const opened = await database.transaction(async (transaction) => {
        if (!(await noteUse(transaction, id, seen.value))) return undefined;
        const label = deviceLabel(request.headers['user-agent']);
        return {
          device: await keepDevice(transaction, account, label, request.body.here),
          token: await sessions.open(transaction, account, request),
        };
      });
      if (!opened) return sendProblem(request, reply, { code: 'credential_revoked' });
      const { token, device } = opened;
      const enrolment = await enrolmentOf(services, account, device, id);
      sessions.hand(reply, token);
      return reply.send(enrolmentJson(enrolment));
    },
  });
}
