/** Owns the routes by which people see their devices from any browser, and freeze one that they lost. */
import { freezeDevice } from '#ledger/allowances.ts';
import { readGaps } from '#ledger/read-gaps.ts';
import { ROUTES } from '#protocol/routes.ts';
import type { App } from '../app.ts';
import { nothing, problems } from '../http/forms.ts';
import {
  deviceFreezeBody,
  deviceGapsForm,
  deviceListForm,
  deviceListJson,
} from '../http/offline-forms.ts';
import { sendProblem } from '../http/problem-response.ts';
import type { Services } from '../services.ts';
import { isDeviceKnown, readDevices } from './devices.ts';

const SESSION = [{ session: [] }];

export function addDeviceRoutes(app: App, { clock, database, sessions }: Services): void {
  app.route({
    ...ROUTES.deviceList,
    url: ROUTES.deviceList.path,
    schema: {
      operationId: 'listDevices',
      summary: 'The account’s devices, and what is set aside for each',
      tags: ['offline'],
      security: SESSION,
      response: { 200: deviceListForm, ...problems(401) },
    },
    handler: async (request, reply) => {
      const session = await sessions.of(request);
      if (!session.ok) return sendProblem(request, reply, session.refusal);
      return reply.send(deviceListJson(await readDevices(database, session.value.account)));
    },
  });

  app.route({
    ...ROUTES.deviceGaps,
    url: ROUTES.deviceGaps.path,
    config: { limited: 'ceremonies' },
    schema: {
      operationId: 'listDeviceGaps',
      summary: 'Payment numbers of the account’s devices for which no payment has come',
      description:
        'Up to the highest number that a device has announced or used. Such payments were taken back, still wait on the device, or are lost with it.',
      tags: ['offline'],
      security: SESSION,
      response: { 200: deviceGapsForm, ...problems(401, 429) },
    },
    handler: async (request, reply) => {
      const session = await sessions.of(request);
      if (!session.ok) return sendProblem(request, reply, session.refusal);
      return reply.send({ gaps: await readGaps(database, session.value.account) });
    },
  });

  app.route({
    ...ROUTES.deviceFreeze,
    url: ROUTES.deviceFreeze.path,
    config: { limited: 'uploads' },
    schema: {
      operationId: 'freezeDevice',
      summary: 'For a lost phone: its allowances end, and it gets no new ones',
      description:
        'What it has promised already is still paid: payees without a network took it in good faith.',
      tags: ['offline'],
      security: SESSION,
      body: deviceFreezeBody,
      response: { 204: nothing, ...problems(400, 401, 415, 422, 429) },
    },
    handler: async (request, reply) => {
      const session = await sessions.of(request);
      if (!session.ok) return sendProblem(request, reply, session.refusal);
      const { account } = session.value;
      const { device } = request.body;
      if (!(await isDeviceKnown(database, account, device))) {
        return sendProblem(request, reply, { code: 'device_unknown' });
      }
      await freezeDevice(database, account, device, Math.floor(clock.nowMs() / 1000));
      return reply.code(204).send(null);
    },
  });
}
