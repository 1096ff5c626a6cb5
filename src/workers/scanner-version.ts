/** Owns the number of the conversation between page and scanner: two builds may meet for a moment. */
export const SCANNER_VERSION = 1;
