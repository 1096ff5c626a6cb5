export interface FoundChromium {
  readonly path: string;
  /** Where it came from, in words. */
  readonly from: string;
  readonly env: Readonly<Record<string, string>>;
  /** Abilities this build of Chromium has not, as in CHROME_LACKS. */
  readonly lacks: readonly string[];
}
export function findChromium(): FoundChromium | null;
export function obtainChromium(say?: (line: string) => void): Promise<FoundChromium>;
