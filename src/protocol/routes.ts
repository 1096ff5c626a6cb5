/** Owns the paths of the HTTP interface, so that both sides and their tests speak of one table. */

export const ROUTES = {
  enrolmentOptions: { method: 'POST', path: '/api/enrolment/options' },
  enrolment: { method: 'POST', path: '/api/enrolment' },
  signInOptions: { method: 'POST', path: '/api/sign-in/options' },
  signIn: { method: 'POST', path: '/api/sign-in' },
  signOut: { method: 'POST', path: '/api/sign-out' },
  devices: { method: 'POST', path: '/api/devices' },
  deviceList: { method: 'GET', path: '/api/devices' },
  deviceGaps: { method: 'GET', path: '/api/devices/gaps' },
  deviceFreeze: { method: 'POST', path: '/api/devices/freeze' },
  allowances: { method: 'POST', path: '/api/allowances' },
  allowanceRelease: { method: 'POST', path: '/api/allowances/release' },
  terms: { method: 'GET', path: '/api/terms' },
  account: { method: 'GET', path: '/api/account' },
  profile: { method: 'PUT', path: '/api/account/profile' },
  statement: { method: 'GET', path: '/api/statement' },
  events: { method: 'GET', path: '/api/events' },
  payee: { method: 'GET', path: '/api/payees/:id' },
  payments: { method: 'POST', path: '/api/payments' },
  reoffers: { method: 'POST', path: '/api/reoffers' },
  receipts: { method: 'POST', path: '/api/receipts' },
  keys: { method: 'GET', path: '/api/keys' },
  openapi: { method: 'GET', path: '/api/openapi.json' },
  healthz: { method: 'GET', path: '/healthz' },
  readyz: { method: 'GET', path: '/readyz' },
} as const satisfies Record<string, { method: 'GET' | 'POST' | 'PUT'; path: string }>;

/** Most payment ids asked for in one `POST /api/receipts`. */
export const RECEIPT_IDS_MAX = 100;
export const STATEMENT_ENTRIES_MAX = 200;
/** Most gaps told of in one `GET /api/devices/gaps`. */
export const DEVICE_GAPS_MAX = 100;
