/** Owns sizes of storage as people read them. */
import { currentLanguage } from './text.ts';

/** In kilobytes or megabytes of a thousand, as phones show them. */
export function formatBytes(bytes: number): string {
  const mega = bytes >= 1_000_000;
  return new Intl.NumberFormat(currentLanguage(), {
    style: 'unit',
    unit: mega ? 'megabyte' : 'kilobyte',
    maximumFractionDigits: mega ? 1 : 0,
  }).format(bytes / (mega ? 1_000_000 : 1000));
}
