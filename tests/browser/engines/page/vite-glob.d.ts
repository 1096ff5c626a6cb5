/** What Vite makes of a pattern: file names to what loads the file. */
interface ImportMeta {
  glob(patterns: readonly string[]): Record<string, () => Promise<unknown>>;
}
