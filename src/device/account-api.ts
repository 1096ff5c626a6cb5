/** Owns the JSON calls for accounts: each answers an Outcome, `unavailable` when nobody of ours answered. */
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import { ROUTES } from '#protocol/routes.ts';
import {
  type AccountState,
  decodeAccountState,
  decodeEnrolment,
  decodePayeeProfile,
  decodeProblem,
  decodeServerIdentity,
  decodeStatement,
  type Enrolment,
  type EnrolmentBody,
  type EnrolmentOptionsBody,
  type PayeeProfile,
  type ProfileForm,
  type ServerIdentity,
  type SignInBody,
  type Statement,
} from '#protocol/wire.ts';
import {
  type AllowanceBody,
  type AllowanceGrant,
  type AllowanceReleaseBody,
  type DeviceFreezeBody,
  type DeviceGaps,
  type DeviceList,
  decodeAllowanceGrant,
  decodeDeviceGaps,
  decodeDeviceList,
  decodeOfflineTerms,
  type OfflineTerms,
} from '#protocol/wire-offline.ts';
import { PROBLEM_MEDIA_TYPE } from '#wallet/classify.ts';
import type { Silence } from '#wallet/ports.ts';
import { exchange, jsonOf } from './http-exchange.ts';
import { type LiveListener, listen } from './live-updates.ts';

/** WebAuthn Level 3 JSON: handed to the browser unread. */
export type CeremonyOptions = Readonly<Record<string, unknown>>;

/**
 * No method throws for a fault of the world. Besides the server's own refusals: `unavailable` when
 * nothing, or nothing of ours, answered (offline, captive portal, time out).
 */
export type AccountApi = {
  enrolmentOptions(body: EnrolmentOptionsBody): Promise<Outcome<CeremonyOptions>>;
  enrol(body: EnrolmentBody): Promise<Outcome<Enrolment>>;
  signInOptions(): Promise<Outcome<CeremonyOptions>>;
  signIn(body: SignInBody): Promise<Outcome<Enrolment>>;
  signOut(): Promise<Outcome<undefined>>;
  /** A device number for this installation, when signed in already. */
  enrolDevice(): Promise<Outcome<Enrolment>>;
  /** Says on the way how far this device has counted, so that the server notices what never comes. */
  readAccount(counted: Counted): Promise<Outcome<AccountState>>;
  writeProfile(profile: ProfileForm): Promise<Outcome<AccountState>>;
  /** Entries after `afterVersion`, oldest first; read again until `version` is reached. */
  readStatement(afterVersion: number): Promise<Outcome<Statement>>;
  readPayee(account: string): Promise<Outcome<PayeeProfile>>;
  readIdentity(): Promise<Outcome<ServerIdentity>>;
  /** Sets funds aside for this device's offline payments, in place of what was set aside before. */
  requestAllowance(body: AllowanceBody): Promise<Outcome<AllowanceGrant>>;
  releaseAllowance(body: AllowanceReleaseBody): Promise<Outcome<undefined>>;
  readDevices(): Promise<Outcome<DeviceList>>;
  readDeviceGaps(): Promise<Outcome<DeviceGaps>>;
  freezeDevice(body: DeviceFreezeBody): Promise<Outcome<undefined>>;
  readTerms(): Promise<Outcome<OfflineTerms>>;
  /** Live updates until closed; reconnects by itself. */
  events(afterVersion: number, listener: LiveListener): { close(): void };
};

export type Counted = { readonly account: string; readonly device: number; readonly seq: number };

const TIMEOUT_MS = 15_000;
const JSON_MEDIA_TYPE = 'application/json';

type Call = {
  readonly route: { readonly method: string; readonly path: string };
  readonly body?: unknown;
  readonly timeoutMs: number;
  readonly origin: string;
};

function unavailable(why: string): Outcome<never> {
  return refuse('unavailable', why);
}

/** The answer's JSON, if it is our server's. A signed-out session and the like come back as refusals. */
async function call(request: Call): Promise<Outcome<unknown>> {
  const { route, body, origin } = request;
  const hasBody = body !== undefined;
  const answer = await exchange(
    origin + route.path,
    {
      method: route.method,
      credentials: 'same-origin',
      headers: { accept: JSON_MEDIA_TYPE, ...(hasBody && { 'content-type': JSON_MEDIA_TYPE }) },
      ...(hasBody && { body: JSON.stringify(body) }),
    },
    request.timeoutMs,
  );
  if (answer.kind === 'silence') return unavailable((answer satisfies Silence).why);
  const { status, mediaType } = answer;
  if (mediaType === PROBLEM_MEDIA_TYPE) {
    const refusal = decodeProblem(jsonOf(answer));
    return refusal ? { ok: false, refusal } : unavailable(`HTTP ${status}, unknown problem`);
  }
  if (status === 204) return accept(undefined);
  const isOurs = status >= 200 && status < 300 && mediaType === JSON_MEDIA_TYPE;
  return isOurs ? accept(jsonOf(answer)) : unavailable(`HTTP ${status} ${mediaType}`);
}

/** An answer that does not decode is not our server's as we know it. */
async function read<T>(request: Call, decode: (value: unknown) => Outcome<T>): Promise<Outcome<T>> {
  const answer = await call(request);
  if (!answer.ok) return answer;
  const decoded = decode(answer.value);
  return decoded.ok ? decoded : unavailable(decoded.refusal.detail ?? decoded.refusal.code);
}

function decodeOptions(value: unknown): Outcome<CeremonyOptions> {
  return typeof value === 'object' && value !== null
    ? accept({ ...value })
    : refuse('bytes_malformed', 'ceremony options');
}

const nothing = (): Outcome<undefined> => accept(undefined);

export function fetchIdentity(origin: string, timeoutMs: number): Promise<Outcome<ServerIdentity>> {
  return read({ route: ROUTES.keys, origin, timeoutMs }, decodeServerIdentity);
}

export function withCount(route: Call['route'], { account, device, seq }: Counted): Call['route'] {
  const { method, path } = route;
  return { method, path: `${path}?account=${account}&device=${device}&seq=${seq}` };
}

function withQuery(route: Call['route'], afterVersion: number): Call['route'] {
  return { method: route.method, path: `${route.path}?after=${afterVersion}` };
}

export type AccountApiOptions = {
  readonly timeoutMs?: number;
  /** For tests outside a browser; pages use their own. */
  readonly origin?: string;
};

export function createAccountApi(options: AccountApiOptions = {}): AccountApi {
  const { timeoutMs = TIMEOUT_MS, origin = '' } = options;
  const to = (route: Call['route'], body?: unknown): Call => ({ route, body, timeoutMs, origin });
  return {
    enrolmentOptions: (body) => read(to(ROUTES.enrolmentOptions, body), decodeOptions),
    enrol: (body) => read(to(ROUTES.enrolment, body), decodeEnrolment),
    signInOptions: () => read(to(ROUTES.signInOptions, {}), decodeOptions),
    signIn: (body) => read(to(ROUTES.signIn, body), decodeEnrolment),
    signOut: () => read(to(ROUTES.signOut, {}), nothing),
    enrolDevice: () => read(to(ROUTES.devices, {}), decodeEnrolment),
    readAccount: (counted) => read(to(withCount(ROUTES.account, counted)), decodeAccountState),
    writeProfile: (profile) => read(to(ROUTES.profile, profile), decodeAccountState),
    readStatement: (after) => read(to(withQuery(ROUTES.statement, after)), decodeStatement),
    readPayee: (account) => {
      const path = ROUTES.payee.path.replace(':id', encodeURIComponent(account));
      return read(to({ method: ROUTES.payee.method, path }), decodePayeeProfile);
    },
    readIdentity: () => fetchIdentity(origin, timeoutMs),
    requestAllowance: ({ amountMinor, ...body }) => {
      const wire = { ...body, amountMinor: String(amountMinor) };
      return read(to(ROUTES.allowances, wire), decodeAllowanceGrant);
    },
    releaseAllowance: (body) => read(to(ROUTES.allowanceRelease, body), nothing),
    readDevices: () => read(to(ROUTES.deviceList), decodeDeviceList),
    readDeviceGaps: () => read(to(ROUTES.deviceGaps), decodeDeviceGaps),
    freezeDevice: (body) => read(to(ROUTES.deviceFreeze, body), nothing),
    readTerms: () => read(to(ROUTES.terms), decodeOfflineTerms),
    events: (after, listener) =>
      listen((version) => origin + withQuery(ROUTES.events, version).path, after, listener),
  };
}
