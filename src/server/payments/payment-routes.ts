/** Owns the routes of payments: authorizations in, receipts out, and no session on either. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readReceipts } from '#ledger/read-statement.ts';
import { AUTHORIZATION_BYTES_MAX } from '#protocol/authorization.ts';
import type { Bytes } from '#protocol/bytes.ts';
import { splitCborSequence } from '#protocol/cbor.ts';
import {
  ANSWER_MEDIA_TYPE,
  decodeReceiptsQuery,
  encodeReceiptsAnswer,
  PAYMENTS_MEDIA_TYPE,
} from '#protocol/payments-answer.ts';
import { accept, assert, type Outcome, refuse } from '#protocol/refusals.ts';
import { RECEIPT_IDS_MAX, ROUTES } from '#protocol/routes.ts';
import type { App } from '../app.ts';
import { cborForm, problems } from '../http/forms.ts';
import { sendProblem } from '../http/problem-response.ts';
import { addressKey, createRateLimit } from '../http/rate-limit.ts';
import type { Services } from '../services.ts';
import { createAdmission, type Place } from './admission.ts';
import { countUpload, encodeUploadResult } from './settle-upload.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** While the body is on its way: who hangs up gives it back. */
    place: Place | null;
  }
}

const ONE_MEDIA_TYPE = 'application/cbor';
/** Twice an array of ids of 32 bytes with their heads, so that a few too many are told as that. */
const RECEIPTS_BYTES_MAX = 2 * (3 + 34 * RECEIPT_IDS_MAX);

/** Without a body there is no parser, and so nothing. */
function bodyOf({ body }: FastifyRequest): Bytes {
  if (!(body instanceof Buffer)) return new Uint8Array(0);
  return new Uint8Array(body.buffer as ArrayBuffer, body.byteOffset, body.length);
}

/** What cannot be split is an item too, and is refused as one: the others are settled. */
function readItems(body: Bytes, mediaType: string, itemsMax: number): Outcome<Bytes[]> {
  if (body.length === 0) return refuse('bytes_malformed', 'The body is empty.');
  const items = splitCborSequence(body, itemsMax);
  if (!items.ok) return refuse('batch_too_large', `At most ${itemsMax} payments at once.`);
  if (mediaType === ONE_MEDIA_TYPE && items.value.length !== 1) {
    const detail = `${ONE_MEDIA_TYPE} is one item; ${PAYMENTS_MEDIA_TYPE} is many.`;
    return refuse('bytes_malformed', detail);
  }
  return accept(items.value);
}

const mediaTypeOf = (request: FastifyRequest) =>
  (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

const sendCbor = (reply: FastifyReply, bytes: Bytes) =>
  reply.type(ANSWER_MEDIA_TYPE).send(Buffer.from(bytes));

/** An authorization is not longer, and what is no authorization counts as if it were some. */
const paymentsLeast = (bytes: number) => Math.max(1, Math.ceil(bytes / AUTHORIZATION_BYTES_MAX));

/** What the headers say of a body that nobody has read yet: how long at most, how many payments at least. */
function announcedBy(request: FastifyRequest, bytesMax: number) {
  const length = request.headers['content-length'];
  return length === undefined
    ? { bytes: bytesMax, payments: 1 }
    : { bytes: Number(length), payments: paymentsLeast(Number(length)) };
}

const ANSWERS = {
  200: {
    description: 'One answer for each item',
    content: { [ANSWER_MEDIA_TYPE]: { schema: cborForm('[groups, items]') } },
  },
  ...problems(400, 413, 415, 429, 503),
};

const reofferSchema = {
  operationId: 'settleReoffers',
  summary: 'After a restore: bring payments back with the receipts they had',
  description:
    'A payment that the server has forgotten gets the verdict again that its receipt proves; one that it ' +
    'knows, its stored receipt. Needs no session. Answered as payments are.',
  tags: ['payments'],
  body: {
    content: {
      [PAYMENTS_MEDIA_TYPE]: {
        schema: cborForm('[authorization, receipt], one behind the other (RFC 8742)'),
      },
      [ONE_MEDIA_TYPE]: { schema: cborForm('One [authorization, receipt]') },
    },
  },
  response: ANSWERS,
};

const uploadSchema = {
  operationId: 'settlePayments',
  summary: 'Bring authorizations, get a receipt or a refusal for each',
  description:
    'Needs no session: an authorization is signed by its payer, so anybody may carry it, any number of times. ' +
    'The answer is the CBOR array [groups, items], an item for each authorization in its order.',
  tags: ['payments'],
  body: {
    content: {
      [PAYMENTS_MEDIA_TYPE]: {
        schema: cborForm('Authorizations, one behind the other (RFC 8742)'),
      },
      [ONE_MEDIA_TYPE]: { schema: cborForm('One authorization') },
    },
  },
  response: ANSWERS,
};

/** What a restored server is brought back costs it as much, so it shares the limits. */
function addUploadRoutes(app: App, services: Services): void {
  const { clock, config, settleUpload, settleReoffers } = services;
  const limit = createRateLimit(config.paymentsPerMinute);
  const admission = createAdmission({
    paymentsMax: config.paymentsWaitingMax,
    bytesMax: config.uploadBytesWaitingMax,
    nowMs: () => performance.now(),
    fraction: Math.random,
  });
  const shed = (request: FastifyRequest, reply: FastifyReply) =>
    sendProblem(request, reply, { code: 'overloaded' }, { retryAfterS: admission.retryAfterS() });
  const slowDown = (request: FastifyRequest, reply: FastifyReply, waitMs: number) =>
    sendProblem(request, reply, { code: 'too_many_requests' }, { retryAfterS: waitMs / 1000 });

  app.decorateRequest('place', null);

  const uploads = [
    { ...ROUTES.payments, schema: uploadSchema, settle: settleUpload },
    { ...ROUTES.reoffers, schema: reofferSchema, settle: settleReoffers },
  ];
  for (const { settle, path: url, ...route } of uploads) {
    app.route({
      ...route,
      url,
      config: { limited: 'uploads' },
      bodyLimit: config.batchBytesMax,
      // Before the body is read: a server that drowns helps nobody.
      onRequest: async (request, reply) => {
        const { bytes, payments } = announcedBy(request, config.batchBytesMax);
        const { socket } = request.raw;
        const place = admission.enter(addressKey(request.ip), bytes, payments, () =>
          socket.destroy(),
        );
        if (!place) return shed(request, reply);
        request.place = place;
        // Not `onResponse`, which never comes when the client hangs up before its body is here.
        reply.raw.once('close', () => request.place?.leave());
      },
      handler: async (request, reply) => {
        const mediaType = mediaTypeOf(request);
        const body = bodyOf(request);
        const items = readItems(body, mediaType, config.batchItemsMax);
        if (!items.ok) return sendProblem(request, reply, items.refusal);
        const count = Math.max(items.value.length, paymentsLeast(body.length));
        const waitMs = limit.take(request.ip, clock.nowMs(), count);
        if (waitMs > 0) return slowDown(request, reply, waitMs);
        const { place } = request;
        assert(place !== null, 'who is here has been admitted');
        if (!place.hold(count)) return shed(request, reply);
        // From here on the work is done, and counts, also when nobody waits for the answer any more.
        request.place = null;
        try {
          const result = await settle(items.value);
          reply.counted = countUpload(result);
          if (result.waitMs !== undefined) return slowDown(request, reply, result.waitMs);
          return sendCbor(reply, encodeUploadResult(result));
        } finally {
          place.leave();
        }
      },
    });
  }
}

function addReceiptsRoute(app: App, { database }: Services): void {
  app.route({
    ...ROUTES.receipts,
    url: ROUTES.receipts.path,
    config: { limited: 'uploads' },
    bodyLimit: RECEIPTS_BYTES_MAX,
    schema: {
      operationId: 'readReceipts',
      summary: 'Receipts by payment id',
      description:
        'The body is a CBOR array of payment ids; the answer an array of receipts in their order. ' +
        'Null means that nothing is known of that id, not that it was refused.',
      tags: ['payments'],
      body: { content: { [ONE_MEDIA_TYPE]: { schema: cborForm('[id, …], 32 bytes each') } } },
      response: {
        200: {
          description: 'A receipt or null for each id',
          content: { [ANSWER_MEDIA_TYPE]: { schema: cborForm('[receipt or null, …]') } },
        },
        ...problems(400, 413, 415, 429, 503),
      },
    },
    handler: async (request, reply) => {
      if (mediaTypeOf(request) !== ONE_MEDIA_TYPE) {
        return sendProblem(request, reply, { code: 'media_type' });
      }
      const ids = decodeReceiptsQuery(bodyOf(request), RECEIPT_IDS_MAX);
      if (!ids.ok) return sendProblem(request, reply, ids.refusal);
      const receipts = ids.value.length > 0 ? await readReceipts(database, ids.value) : [];
      return sendCbor(reply, encodeReceiptsAnswer(receipts));
    },
  });
}

/** To be added in a scope of its own, since it takes CBOR and nothing else. */
export function addPaymentRoutes(app: App, services: Services): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    [PAYMENTS_MEDIA_TYPE, ONE_MEDIA_TYPE],
    { parseAs: 'buffer' },
    (_request, body, done) => done(null, body),
  );
  addUploadRoutes(app, services);
  addReceiptsRoute(app, services);
}
