// The network between phones and server: it loses, delays, repeats, bends and cuts, as the seed says. Each
// phone has weather of its own. Server processes die under what it carries.
import { decodeAuthorization } from '#protocol/authorization.ts';
import { type Bytes, concatBytes, toBase64url, toUtf8 } from '#protocol/bytes.ts';
import { PAYMENTS_MEDIA_TYPE } from '#protocol/payments-answer.ts';
import { accept, refuse } from '#protocol/refusals.ts';
import { ROUTES } from '#protocol/routes.ts';
import { decodeServerIdentity } from '#protocol/wire.ts';
import type { HttpAnswer, Silence, Transport } from '#wallet/ports.ts';
import type { WalletResponse } from '../support/server-wallet.ts';
import { checkItems } from './answering.ts';
import type { Chronicle } from './chronicle.ts';
import type { Gates } from './gates.ts';
import type { Doom } from './mortal-client.ts';
import type { Seeded } from './seeded.ts';
import type { ServerRequest, SimulatedServer } from './simulated-server.ts';
import { bent, CALM, DEAD, type Fate, HEALED, MOODS, type Mood, PORTAL } from './weather.ts';

type Upload = {
  readonly body: Bytes;
  readonly route: typeof ROUTES.payments | typeof ROUTES.reoffers;
  readonly of: string;
  readonly items: readonly Bytes[];
};

/** What one phone has of the network. */
export type Link = {
  transport(gates: Gates): Transport;
  /** A request of a page, answered or not: what the server did it has done all the same. */
  ask(gates: Gates, request: ServerRequest): Promise<WalletResponse | undefined>;
  /** What a phone says of its network: mostly true (F36). */
  saysNone(): boolean;
  /** Another weather. */
  change(): void;
};

export type Network = {
  link(phone: string): Link;
  /** Nothing breaks any more, or everything may again. */
  heal(isHealed: boolean): void;
  /** Uploads that are still under way. */
  readonly late: readonly Upload[];
  /** One of those arrives, long after its sender gave up. */
  deliverLate(): Promise<void>;
  /** Every upload of payments that ever left a phone. */
  readonly sent: readonly (readonly Bytes[])[];
  /** What of it is known, as lists that may be put in another order. */
  sentKnown(known: ReadonlySet<string>): (readonly Bytes[])[];
  /** Brings them to the server, whole and at once. */
  bring(authorizations: readonly Bytes[], of: string): Promise<void>;
  /** The next upload arrives, and at the server this happens to it. */
  doomNext(doom: Doom): void;
  /** The server was restored: whatever it has said and nobody has heard is not heard any more. */
  forget(): void;
};

const SILENCE: Silence = { kind: 'silence', why: 'simulated' };

export type NetworkParts = {
  readonly server: SimulatedServer;
  readonly chance: Seeded;
  readonly chronicle: Chronicle;
  /** Sees every answer that the server gives, whether it arrives or not. */
  readonly witness: (answer: HttpAnswer) => void;
};

function answerOf(response: WalletResponse): HttpAnswer {
  const retryAfter = response.headers['retry-after'];
  return {
    kind: 'http',
    status: response.statusCode,
    mediaType: String(response.headers['content-type'] ?? '').split(';', 1)[0] ?? '',
    body: new Uint8Array(response.rawPayload),
    ...(retryAfter !== undefined && { retryAfter: String(retryAfter) }),
  };
}

/** Statements that a request needs: enough to reach behind the last one now and then. */
const STATEMENTS_MAX = 16;
/** As one of so many its COMMIT is chosen. */
const STATEMENTS_OR_COMMIT = 20;

function createDelivery({ server, chance, chronicle, witness }: NetworkParts) {
  const answered: HttpAnswer[] = [];
  let wasRestored = false;

  /** To one of the processes, whichever the front chooses. */
  async function request(what: ServerRequest, doom?: Doom): Promise<WalletResponse | undefined> {
    const place = chance.below(server.processes);
    const { response, isDoomed } = await server.ask(what, place, doom);
    if (doom && isDoomed) {
      const which = doom.statement === 'COMMIT' ? 'its COMMIT' : `statement ${doom.statement}`;
      const when = `${doom.when} ${which}`;
      chronicle.fault(`server ${doom.ends} ends`, `the server’s ${doom.ends} ends ${when}`);
    }
    return response;
  }

  async function deliver(
    { body, route, items }: Upload,
    doom?: Doom,
  ): Promise<HttpAnswer | Silence> {
    const { method, path: url } = route;
    const headers = { 'content-type': PAYMENTS_MEDIA_TYPE };
    const response = await request({ method, url, headers, payload: Buffer.from(body) }, doom);
    if (!response) return SILENCE;
    const answer = answerOf(response);
    witness(answer);
    if (route === ROUTES.payments) checkItems(items, body, answer, wasRestored);
    answered.push(answer);
    return answer;
  }

  const doomOf = (ends: Doom['ends']): Doom => {
    const statement = 1 + chance.below(STATEMENTS_OR_COMMIT);
    return {
      statement: statement > STATEMENTS_MAX ? 'COMMIT' : statement,
      when: chance.pick(['before', 'after'] as const),
      ends,
    };
  };

  function forget(): void {
    wasRestored = true;
    answered.length = 0;
  }

  return { request, deliver, doomOf, answered, forget };
}

type Delivery = ReturnType<typeof createDelivery>;

async function carry(
  upload: Upload,
  fate: Fate,
  { deliver, doomOf, answered }: Delivery,
  chance: Seeded,
  late: Upload[],
): Promise<HttpAnswer | Silence> {
  switch (fate) {
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
    case 'answer bent':
    case 'answer cut': {
      const answer = await deliver(upload);
      if (answer.kind === 'silence') return answer;
      const { body } = answer;
      if (fate === 'answer bent') return { ...answer, body: bent(body, chance) };
      return { ...answer, body: body.slice(0, chance.below(body.length)) };
    }
    case 'answer of another':
      await deliver(upload);
      return answered.length > 0 ? chance.pick(answered) : SILENCE;
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
    case 'server dies':
      return deliver(upload, doomOf('process'));
    case 'connection cut':
      return deliver(upload, doomOf('connection'));
  }
}

/** Whether the request arrives, and whether its answer does. */
function passes(mood: Mood, chance: Seeded): 'both' | 'there' | 'no' {
  if (mood === DEAD || mood === PORTAL) return 'no';
  if (mood === HEALED) return 'both';
  return chance.weighted({ both: 8, there: 1, no: 1 });
}

function isKnown(bytes: Bytes, known: ReadonlySet<string>): boolean {
  const decoded = decodeAuthorization(bytes);
  return decoded.ok && known.has(toBase64url(decoded.value.id));
}

export function createNetwork(parts: NetworkParts): Network {
  const { chance, chronicle } = parts;
  const moods = new Map<string, Mood>();
  const late: Upload[] = [];
  const sent: (readonly Bytes[])[] = [];
  const delivery = createDelivery(parts);
  let life = 0;
  let isHealed = false;
  let nextDoom: Doom | undefined;
  const moodOf = (phone: string) => (isHealed ? HEALED : (moods.get(phone) ?? CALM));

  /** What was on its way while the server was restored is lost: those connections broke. */
  async function heard<T>(gates: Gates, answer: T, asked: number): Promise<T | undefined> {
    await gates.at('answer');
    return asked === life ? answer : undefined;
  }

  function link(phone: string): Link {
    const isBlind = chance.chance(0.25);
    async function upload(
      gates: Gates,
      items: readonly Bytes[],
      route: Upload['route'],
      gate: string,
    ): Promise<HttpAnswer | Silence> {
      const asked = life;
      await gates.at(gate);
      if (route === ROUTES.payments) sent.push(items);
      if (asked !== life) return SILENCE;
      const fate = chance.weighted(moodOf(phone));
      const whole = { body: concatBytes(...items), route, of: phone, items };
      const doom = nextDoom;
      nextDoom = undefined;
      if (doom) return (await heard(gates, await delivery.deliver(whole, doom), asked)) ?? SILENCE;
      if (fate === 'delivered') chronicle.tell(`${phone} uploads ${items.length}`);
      else chronicle.fault(fate, `${phone} uploads ${items.length}: ${fate}`);
      const answer = await carry(whole, fate, delivery, chance, late);
      return (await heard(gates, answer, asked)) ?? SILENCE;
    }

    async function ask(gates: Gates, request: ServerRequest) {
      await gates.at('ask');
      const passing = passes(moodOf(phone), chance);
      if (passing === 'no') return undefined;
      const isDoomed = !isHealed && chance.chance(0.03);
      const asked = life;
      const doom = isDoomed ? delivery.doomOf(chance.pick(['process', 'connection'])) : undefined;
      const response = await delivery.request(request, doom);
      return passing === 'both' ? heard(gates, response, asked) : undefined;
    }

    return {
      transport: (gates) => ({
        postPayments: (items) => upload(gates, items, ROUTES.payments, 'post'),
        postReoffers: (items) => upload(gates, items, ROUTES.reoffers, 'reoffer'),
        async readIdentity() {
          const response = await ask(gates, { url: ROUTES.keys.path });
          if (response?.statusCode !== 200) return refuse('unavailable');
          const identity = decodeServerIdentity(response.json());
          return identity.ok ? accept(identity.value) : identity;
        },
      }),
      ask,
      // Some never say anything else, whatever is there.
      saysNone: () => (isHealed ? isBlind : (moodOf(phone) === DEAD) !== chance.chance(0.1)),
      change() {
        const name = chance.pick(['CALM', 'WILD', 'WILD', 'DEAD', 'PORTAL'] as const);
        moods.set(phone, MOODS[name]);
        chronicle.tell(`${phone} has ${name.toLowerCase()} weather`);
      },
    };
  }

  return {
    link,
    heal(is) {
      isHealed = is;
    },
    late,
    async deliverLate() {
      const [upload] = late.splice(chance.below(late.length), 1);
      if (!upload) return;
      chronicle.tell(`an upload of ${upload.of} arrives late`);
      await delivery.deliver(upload);
    },
    sent,
    sentKnown: (known) => sent.map((items) => items.filter((item) => isKnown(item, known))),
    async bring(items, of) {
      const body = concatBytes(...items);
      await delivery.deliver({ body, route: ROUTES.payments, of, items });
    },
    doomNext(doom) {
      nextDoom = doom;
    },
    forget() {
      life++;
      delivery.forget();
    },
  };
}
