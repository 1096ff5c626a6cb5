/** Owns the count of a server's histories: it grows when the server is restored from a backup. */

/** Of a server that was never restored. */
export const FIRST_EPOCH = 1;

/** Any later one is called after the time in which it began, in these units since 1970, or a little later. */
export const EPOCH_UNIT_S = 60;
