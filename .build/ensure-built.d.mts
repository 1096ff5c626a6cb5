export interface BuildStamp {
  readonly fingerprint: string;
  /** What the build printed: its sizes and budgets. */
  readonly said: string;
  readonly assets: readonly string[];
  readonly carried: readonly string[];
}
export const root: string;
export const dist: string;
export class BuildFailed extends Error {}
export function readStamp(): BuildStamp | null;
export function locked<T>(work: () => Promise<T>): Promise<T>;
export function ensureBuilt(options?: {
  readonly force?: boolean;
  readonly onStart?: () => void;
}): Promise<string | null>;
export function buildRelease(outDir: string, release: string): Promise<void>;
