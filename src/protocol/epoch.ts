/** Owns the count of a server's histories: it grows when the server is restored from a backup. */

/** Of a server that was never restored. */
export const FIRST_EPOCH = 1;
