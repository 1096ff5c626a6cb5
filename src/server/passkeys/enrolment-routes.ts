/** Owns the routes of enrolment: a new account with its first passkey and device. */
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import type { FastifyRequest } from 'fastify';
import { openAccount } from '#ledger/accounts.ts';
import { fromBase32, toBase32 } from '#protocol/base32.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { currencyOfNumeric } from '#protocol/currency.ts';
import { ACCOUNT_ID_LENGTH } from '#protocol/order.ts';
import { accept, assert, type Outcome, refuse } from '#protocol/refusals.ts';
import { ROUTES } from '#protocol/routes.ts';
import type { ProfileForm } from '#protocol/wire.ts';
import { givePlayMoney, PLAY_CURRENCY } from '../accounts/play-money.ts';
import { checkName, checkProfile } from '../accounts/profile.ts';
import { writeProfile } from '../accounts/profiles.ts';
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
import { addDevice, insertCredential } from './credentials.ts';
import { deviceLabel } from './device-label.ts';
import { enrolmentOf } from './enrolment.ts';
import {
  challengeOf,
  enrolmentOptions,
  type NewCredential,
  verifyEnrolment,
} from './verify-passkey.ts';

type EnrolmentCeremony = { readonly account: string };

function readCeremony(stored: Record<string, unknown>): EnrolmentCeremony | undefined {
  return typeof stored.account === 'string' ? { account: stored.account } : undefined;
}

type NewAccount = {
  readonly account: Bytes;
  readonly credential: NewCredential;
  readonly profile: ProfileForm;
  readonly request: FastifyRequest;
};

/** All or nothing: an account without its passkey would be money that nobody can reach. */
function createAccount(
  { database, sessions }: Services,
  { account, credential, profile, request }: NewAccount,
): Promise<Outcome<{ readonly token: string; readonly device: number }>> {
  return database
    .transaction(async (transaction) => {
      const opened = await openAccount(transaction, account);
      assert(opened, 'a random account id is new');
      if (!(await insertCredential(transaction, account, credential))) {
        // Throwing is what rolls the account back.
        throw new KnownPasskey();
      }
      await writeProfile(transaction, account, profile);
      const label = deviceLabel(request.headers['user-agent']);
      const device = await addDevice(transaction, account, label);
      const token = await sessions.open(transaction, account, request);
      return accept({ token, device });
    })
    .catch((error: unknown) => {
      if (error instanceof KnownPasskey) return refuse('passkey_rejected', 'known already');
      throw error;
    });
}

class KnownPasskey extends Error {}

export function addEnrolmentRoutes(app: App, services: Services): void {
  const { config, database, clock, random, party, sessions } = services;
  const ceremonies = createCeremonies(
    { database, clock, random, timeoutMs: config.ceremonyTimeoutMs },
    'enrolment',
    readCeremony,
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
        'Answers the session as a cookie. In a sandbox the account starts with play money.',
      tags: ['passkeys'],
      body: enrolmentBody,
      response: { 201: enrolmentForm, ...problems(400, 415, 429) },
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
      const ceremony = await ceremonies.take(challenge);
      if (!ceremony.ok) return sendProblem(request, reply, ceremony.refusal);
      const credential = await verifyEnrolment(party, challenge, response);
      if (!credential.ok) return sendProblem(request, reply, credential.refusal);
      const account = fromBase32(ceremony.value.account, ACCOUNT_ID_LENGTH);
      assert(account !== null, 'a ceremony keeps the id that we wrote');
      const created = await createAccount(services, {
        account,
        credential: credential.value,
        profile: profile.value,
        request,
      });
      if (!created.ok) return sendProblem(request, reply, created.refusal);
      if (config.sandbox) {
        // The account stands: failing now would only make the person enrol a second time.
        await givePlayMoney(database, account, currency, clock.nowMs()).catch((cause: unknown) =>
          request.log.error({ err: cause }, 'no play money was given'),
        );
      }
      const { device, token } = created.value;
      const enrolment = await enrolmentOf(services, account, device, credential.value.id);
      sessions.hand(reply, token);
      request.log.info({ account: ceremony.value.account }, 'account opened');
      return reply.code(201).send(enrolmentJson(enrolment));
    },
  });
}
