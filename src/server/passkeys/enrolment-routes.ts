/** Owns the routes of enrolment: a new account with its first passkey and device. */
import { createHash } from 'node:crypto';
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import { toBase32 } from '#protocol/base32.ts';
import { currencyOfNumeric } from '#protocol/currency.ts';
import { ACCOUNT_ID_LENGTH } from '#protocol/order.ts';
import { ROUTES } from '#protocol/routes.ts';
import { givePlayMoney, PLAY_CURRENCY } from '../accounts/play-money.ts';
import { checkName, checkProfile } from '../accounts/profile.ts';
import type { App } from '../app.ts';
import {
  enrolmentBody,
  enrolmentForm,
  enrolmentJson,
  enrolmentOptionsBody,
  problems,
  webauthnOptions,
} from '../http/forms.ts';
import { sendProblem } from '../http/problem-response.ts';
import type { Services } from '../services.ts';
import { createCeremonies } from './ceremonies.ts';
import { enrolmentOf } from './enrolment.ts';
import { openOnce, readEnrolmentCeremony } from './open-once.ts';
import { challengeOf, enrolmentOptions, verifyEnrolment } from './verify-passkey.ts';

/** Of all that says what is opened; what else was sent may be of any depth. */
function digestOf(
  profile: object,
  currency: number | undefined,
  { id, response }: RegistrationResponseJSON,
): string {
  const { clientDataJSON, attestationObject, transports } = response;
  const said = [profile, currency, id, clientDataJSON, attestationObject, transports];
  return createHash('sha256').update(JSON.stringify(said)).digest('base64url');
}

export function addEnrolmentRoutes(app: App, services: Services): void {
  const { config, database, clock, random, party, sessions } = services;
  const ceremonies = createCeremonies(
    { database, clock, random, timeoutMs: config.ceremonyTimeoutMs },
    'enrolment',
    readEnrolmentCeremony,
  );

  app.route({
    ...ROUTES.enrolmentOptions,
    url: ROUTES.enrolmentOptions.path,
    config: { limited: 'ceremonies' },
    schema: {
      operationId: 'beginEnrolment',
      summary: 'Options for the creation of a passkey',
      tags: ['passkeys'],
      body: enrolmentOptionsBody,
      response: { 200: webauthnOptions, ...problems(400, 415, 429) },
    },
    handler: async (request, reply) => {
      const name = checkName(request.body.name);
      if (!name.ok) return sendProblem(request, reply, name.refusal);
      const account = random.bytes(ACCOUNT_ID_LENGTH);
      const challenge = await ceremonies.begin({ account: toBase32(account) });
      const timeoutMs = config.ceremonyTimeoutMs;
      const options = await enrolmentOptions(party, challenge, account, name.value, timeoutMs);
      return reply.send({ ...options });
    },
  });

  app.route({
    ...ROUTES.enrolment,
    url: ROUTES.enrolment.path,
    config: { limited: 'ceremonies' },
    schema: {
      operationId: 'enrol',
      summary: 'Open an account with a new passkey',
      description:
        'Answers the session as a cookie. In a sandbox the account starts with play money. The same body sent again is answered with the same account.',
      tags: ['passkeys'],
      body: enrolmentBody,
      response: { 201: enrolmentForm, ...problems(400, 415, 422, 429) },
    },
    handler: async (request, reply) => {
      const profile = checkProfile(request.body.profile);
      if (!profile.ok) return sendProblem(request, reply, profile.refusal);
      const currency = request.body.currency ?? PLAY_CURRENCY;
      if (!currencyOfNumeric(currency))
        return sendProblem(request, reply, { code: 'currency_unknown' });
      // The schema has the members that matter; the library reads the rest as what it is.
      const response = request.body.credential as RegistrationResponseJSON;
      const challenge = challengeOf(response.response.clientDataJSON);
      if (!challenge) return sendProblem(request, reply, { code: 'passkey_rejected' });
      const begun = await ceremonies.look(challenge);
      if (!begun.ok) return sendProblem(request, reply, begun.refusal);
      const credential = await verifyEnrolment(party, challenge, response);
      if (!credential.ok) return sendProblem(request, reply, credential.refusal);
      const opened = await openOnce(services, ceremonies, {
        challenge,
        digest: digestOf(request.body.profile, request.body.currency, response),
        credential: credential.value,
        profile: profile.value,
        request,
      });
      if (!opened.ok) return sendProblem(request, reply, opened.refusal);
      const { account, device, token, isNew } = opened.value;
      if (config.sandbox) {
        // The account stands: failing now would only make the person enrol a second time.
        await givePlayMoney(database, account, currency, clock.nowMs()).catch((cause: unknown) =>
          request.log.error({ err: cause }, 'no play money was given'),
        );
      }
      const enrolment = await enrolmentOf(services, account, device, credential.value.id);
      sessions.hand(reply, token);
      if (isNew) request.log.info({ account: toBase32(account) }, 'account opened');
      return reply.code(201).send(enrolmentJson(enrolment));
    },
  });
}
