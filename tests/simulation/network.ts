// The network between phones and server: it loses, delays, repeats, bends and cuts, as the seed says.
import { type Bytes, concatBytes, toUtf8 } from '#protocol/bytes.ts';
import { ANSWER_MEDIA_TYPE, PAYMENTS_MEDIA_TYPE } from '#protocol/payments-answer.ts';
import { accept, refuse } from '#protocol/refusals.ts';
import { ROUTES } from '#protocol/routes.ts';
import type { HttpAnswer, Silence, Transport } from '#wallet/ports.ts';
import { readIdentity, type WalletServer } from '../support/server-wallet.ts';
import type { Gates } from './gates.ts';
import type { Seeded } from './seeded.ts';

type Fate =
  | 'delivered'
  | 'lost on the way'
  | 'answer lost'
  | 'delivered twice'
  | 'delivered late'
  | 'request bent'
  | 'answer bent'
  | 'answer cut'
  | 'answer of another'
  | 'portal'
  | 'busy';

type Mood = Readonly<Record<Fate, number>>;

const CALM: Mood = {
  delivered: 20,
  'lost on the way': 1,
  'answer lost': 1,
  'delivered twice': 2,
  'delivered late': 0,
  'request bent': 0,
  'answer bent': 0,
  'answer cut': 0,
  'answer of another': 0,
  portal: 0,
  busy: 0,
};
const WILD: Mood = {
  delivered: 4,
  'lost on the way': 2,
  'answer lost': 3,
  'delivered twice': 2,
  'delivered late': 2,
  'request bent': 1,
  'answer bent': 1,
  'answer cut': 1,
  'answer of another': 1,
  portal: 1,
  busy: 1,
};
const DEAD: Mood = { ...CALM, delivered: 0, 'delivered twice': 0, 'lost on the way': 9 };
const PORTAL: Mood = { ...CALM, delivered: 1, 'delivered twice': 0, portal: 9 };
const MOODS = { CALM, WILD, DEAD, PORTAL };

type Upload = {
  readonly body: Bytes;
  readonly route: typeof ROUTES.payments | typeof ROUTES.reoffers;
};

export type Network = {
  transport(gates: Gates): Transport;
  /** What a phone says of its network: mostly true (F36). */
  saysNone(): boolean;
  /** Another weather. */
  change(): void;
  heal(): void;
  /** Uploads that are still under way. */
  readonly late: readonly Upload[];
  /** One of those arrives, long after its sender gave up. */
  deliverLate(): Promise<void>;
  /** Every upload that ever left a phone. */
  readonly sent: readonly (readonly Bytes[])[];
  /** Says again what was said before; nothing may change by it. */
  replay(authorizations: readonly Bytes[]): Promise<HttpAnswer>;
};

const SILENCE: Silence = { kind: 'silence', why: 'simulated' };

function bent(bytes: Bytes, chance: Seeded): Bytes {
  const copy = bytes.slice();
  const at = chance.below(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << chance.below(8));
  return copy;
}

export function createNetwork(
  server: WalletServer,
  chance: Seeded,
  /** Sees every answer that the server gives, whether it arrives or not. */
  witness: (answer: HttpAnswer) => void,
): Network {
  let mood: Mood = CALM;
  const late: Upload[] = [];
  const sent: (readonly Bytes[])[] = [];
  const answered: HttpAnswer[] = [];

  async function deliver({ body, route }: Upload): Promise<HttpAnswer> {
    const { method, path: url } = route;
    const headers = { 'content-type': PAYMENTS_MEDIA_TYPE };
    const response = await server.inject({ method, url, headers, payload: Buffer.from(body) });
    const retryAfter = response.headers['retry-after'];
    const answer: HttpAnswer = {
      kind: 'http',
      status: response.statusCode,
      mediaType: String(response.headers['content-type'] ?? '').split(';', 1)[0] ?? '',
      body: new Uint8Array(response.rawPayload),
      ...(retryAfter !== undefined && { retryAfter: String(retryAfter) }),
    };
    witness(answer);
    answered.push(answer);
    return answer;
  }

  async function carry(upload: Upload): Promise<HttpAnswer | Silence> {
    switch (chance.weighted(mood)) {
      case 'delivered':
        return deliver(upload);
      case 'lost on the way':
        return SILENCE;
      case 'answer lost':
        await deliver(upload);
        return SILENCE;
      case 'delivered twice': {
        // At the very same moment, as a browser or a proxy resends (F39, F40).
        const [first] = await Promise.all([deliver(upload), deliver(upload)]);
        return first ?? SILENCE;
      }
      case 'delivered late':
        late.push(upload);
        return SILENCE;
      case 'request bent':
        return deliver({ ...upload, body: bent(upload.body, chance) });
      case 'answer bent': {
        const answer = await deliver(upload);
        return { ...answer, body: bent(answer.body, chance) };
      }
      case 'answer cut': {
        const answer = await deliver(upload);
        return { ...answer, body: answer.body.slice(0, chance.below(answer.body.length)) };
      }
      case 'answer of another':
        await deliver(upload);
        return chance.pick(answered);
      case 'portal': {
        const page = toUtf8('<html>Welcome to the station</html>');
        return { kind: 'http', status: 200, mediaType: 'text/html', body: page };
      }
      case 'busy': {
        const problem = toUtf8('{"code":"overloaded"}');
        const mediaType = 'application/problem+json';
        const retryAfter = String(chance.below(90));
        return { kind: 'http', status: 503, mediaType, body: problem, retryAfter };
      }
    }
  }

  return {
    transport: (gates) => ({
      async postPayments(authorizations) {
        await gates.at('post');
        sent.push(authorizations);
        const answer = await carry({
          body: concatBytes(...authorizations),
          route: ROUTES.payments,
        });
        await gates.at('answer');
        return answer;
      },
      async postReoffers(reoffers) {
        await gates.at('reoffer');
        const answer = await carry({ body: concatBytes(...reoffers), route: ROUTES.reoffers });
        await gates.at('answer');
        return answer;
      },
      async readIdentity() {
        await gates.at('keys');
        const reached = mood !== DEAD && mood !== PORTAL;
        return reached ? accept(await readIdentity(server)) : refuse('unavailable');
      },
    }),
    saysNone: () => (mood === DEAD) !== chance.chance(0.1),
    change() {
      mood = MOODS[chance.pick(['CALM', 'WILD', 'WILD', 'DEAD', 'PORTAL'] as const)];
    },
    heal() {
      mood = { ...CALM, 'lost on the way': 0, 'answer lost': 0 };
    },
    late,
    async deliverLate() {
      const [upload] = late.splice(chance.below(late.length), 1);
      if (upload) await deliver(upload);
    },
    sent,
    replay: (authorizations) =>
      deliver({ body: concatBytes(...authorizations), route: ROUTES.payments }),
  };
}

export const isOurs = (answer: HttpAnswer): boolean => answer.mediaType === ANSWER_MEDIA_TYPE;
