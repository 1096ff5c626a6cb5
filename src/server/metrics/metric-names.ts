/** Owns the names of everything that is exported: the dashboard and the alerts are held against this table. */
import type { MetricName } from './registry.ts';

/**
 * This server sends nothing out by itself, so no outbox of webhooks can fill up: phones are told by
 * live streams, each from its own cursor. What plays the outbox's part is how many streams are open
 * and how long ago the watch that wakes them last looked.
 */
export const METRICS = {
  settled: {
    name: 'counterfoil_payments_settled_total',
    says: 'Payments that got their verdict here, by verdict.',
  },
  refused: {
    name: 'counterfoil_payments_refused_total',
    says: 'Payments refused, by code; final ones have a signed verdict, the others may be sent again.',
  },
  known: {
    name: 'counterfoil_payments_known_total',
    says: 'Repeats answered with the receipt that was there.',
  },
  waiting: {
    name: 'counterfoil_payments_waiting',
    says: 'Payments that are verified and wait for their group.',
  },
  groupSize: {
    name: 'counterfoil_group_size',
    says: 'Payments posted in one transaction.',
  },
  queueWait: {
    name: 'counterfoil_queue_wait_seconds',
    says: 'How long the oldest payment of a group waited for it.',
  },
  commit: {
    name: 'counterfoil_commit_seconds',
    says: 'From a group’s first statement to the answer to COMMIT, tries again included.',
  },
  verify: {
    name: 'counterfoil_verify_seconds',
    says: 'How long an upload waited for its signatures to be checked.',
  },
  verified: {
    name: 'counterfoil_signatures_verified_total',
    says: 'Signatures checked, valid or not.',
  },
  requests: {
    name: 'counterfoil_requests_total',
    says: 'HTTP requests answered, by route, status and refusal code; code overloaded is what was shed.',
  },
  uploadTime: {
    name: 'counterfoil_upload_seconds',
    says: 'From an upload’s headers to the end of its answer.',
  },
  uploadsInFlight: {
    name: 'counterfoil_uploads_in_flight',
    says: 'Uploads and questions for receipts that are not answered yet.',
  },
  streams: { name: 'counterfoil_event_streams', says: 'Live streams that are open.' },
  watchBehind: {
    name: 'counterfoil_watch_behind_seconds',
    says: 'How long ago new entries of watched accounts were last looked for; 0 when nobody watches.',
  },
  connections: {
    name: 'counterfoil_database_connections',
    says: 'Connections to the database by state, and who waits for one.',
  },
  held: {
    name: 'counterfoil_held_minor_units',
    says: 'Set aside for offline payments and not spent, by currency.',
  },
  allowances: { name: 'counterfoil_allowances_open', says: 'Open allowances, by currency.' },
  owed: {
    name: 'counterfoil_guarantee_owed_minor_units',
    says: 'Paid by the operator for accounts that promised more than they had, and not given back, by currency.',
  },
  databaseUp: {
    name: 'counterfoil_database_up',
    says: '1 when the database answered the last time that holds were read.',
  },
  processes: { name: 'counterfoil_processes', says: 'Processes that answered this scrape.' },
  replaced: {
    name: 'counterfoil_processes_replaced_total',
    says: 'Workers that ended by themselves and were replaced.',
  },
  build: { name: 'counterfoil_build_info', says: 'Always 1; its labels say what runs.' },
  loopLag: {
    name: 'counterfoil_event_loop_lag_seconds',
    says: 'How late the event loop ran since the last scrape, by the share of turns within it.',
  },
  memory: { name: 'process_resident_memory_bytes', says: 'Resident memory.' },
  cpu: { name: 'process_cpu_seconds_total', says: 'User and system CPU time.' },
  started: {
    name: 'process_start_time_seconds',
    says: 'When the process started, in seconds since 1970.',
  },
} as const satisfies Record<string, MetricName>;
