/** Owns the routes of a browser that is signed in: a new device number, and signing out. */
import { ROUTES } from '#protocol/routes.ts';
import type { App } from '../app.ts';
import { emptyBody, enrolmentForm, enrolmentJson, nothing, problems } from '../http/forms.ts';
import { sendProblem } from '../http/problem-response.ts';
import type { Services } from '../services.ts';
import { addDevice, findNewestCredential } from './credentials.ts';
import { deviceLabel } from './device-label.ts';
import { enrolmentOf } from './enrolment.ts';

export function addSessionRoutes(app: App, services: Services): void {
  const { database, sessions } = services;

  app.route({
    ...ROUTES.signOut,
    url: ROUTES.signOut.path,
    schema: {
      operationId: 'signOut',
      summary: 'End the session of this browser',
      tags: ['passkeys'],
      response: { 204: nothing, ...problems() },
    },
    handler: async (request, reply) => {
      await sessions.close(request, reply);
      return reply.code(204).send(null);
    },
  });

  app.route({
    ...ROUTES.devices,
    url: ROUTES.devices.path,
    config: { limited: 'ceremonies' },
    schema: {
      operationId: 'addDevice',
      summary: 'A new device number, for a wallet whose storage was lost',
      tags: ['passkeys'],
      security: [{ session: [] }],
      body: emptyBody,
      response: { 201: enrolmentForm, ...problems(400, 401, 415, 422, 429) },
    },
    handler: async (request, reply) => {
      const session = await sessions.of(request);
      if (!session.ok) return sendProblem(request, reply, session.refusal);
      const { account } = session.value;
      const credential = await findNewestCredential(database, account);
      if (!credential) return sendProblem(request, reply, { code: 'credential_revoked' });
      const label = deviceLabel(request.headers['user-agent']);
      const device = await database.transaction((transaction) =>
        addDevice(transaction, account, label),
      );
      const enrolment = await enrolmentOf(services, account, device, credential);
      return reply.code(201).send(enrolmentJson(enrolment));
    },
  });
}
