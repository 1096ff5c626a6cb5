/** Owns naming codes of other systems that are not EMVCo's, so that the wallet can decline them politely. */

export type ForeignCode = {
  /** Stable slug for logs and support. */
  readonly kind: string;
  /** The system's own name; not translated. */
  readonly name: string;
  /** ISO 3166 alpha-2, where the system belongs to one. */
  readonly country?: string;
};

type Row = ForeignCode & { readonly pattern: RegExp };

// A line end may come as CR LF, or as the two characters \n from a tool that shows codes on one line.
const ROWS: readonly Row[] = [
  { kind: 'upi', name: 'UPI', country: 'IN', pattern: /^upi:\/\/\w+/i },
  { kind: 'epc', name: 'EPC QR (SEPA)', pattern: /^BCD(?:$|\r?\n|\\n)/ },
  { kind: 'swiss-qr-bill', name: 'Swiss QR-bill', country: 'CH', pattern: /^SPC(?:$|\r?\n|\\n)/ },
  { kind: 'spayd', name: 'SPAYD', country: 'CZ', pattern: /^SPD\*\d+\.\d+\*/i },
  { kind: 'ips-serbia', name: 'IPS', country: 'RS', pattern: /^K:(?:PR|PT|PK|EK)\|V:01\|/ },
  { kind: 'gost-56042', name: 'ГОСТ Р 56042', country: 'RU', pattern: /^ST0001[123]./u },
  { kind: 'bitcoin', name: 'Bitcoin', pattern: /^bitcoin:/i },
  { kind: 'lightning', name: 'Lightning', pattern: /^lightning:/i },
  {
    kind: 'lightning',
    name: 'Lightning',
    pattern: /^ln(?:bcrt|bc|tbs|tb)[0-9]*[munp]?1[02-9ac-hj-np-z]{6,}$/i,
  },
  {
    kind: 'interledger',
    name: 'Interledger',
    pattern: /^\$[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z][a-z0-9-]+(?::\d+)?(?:\/\S*)?$/i,
  },
  { kind: 'taler', name: 'GNU Taler', pattern: /^taler(?:\+http)?:\/\/[a-z-]+/i },
  {
    kind: 'codi',
    name: 'CoDi',
    country: 'MX',
    pattern: /^\{(?=[\s\S]*"TYP"\s*:)(?=[\s\S]*"ic"\s*:)/,
  },
  { kind: 'emv-cpm', name: 'EMVCo consumer-presented', pattern: /^hQVDUFY/ },
  {
    kind: 'thai-barcode',
    name: 'Cross-bank bill payment',
    country: 'TH',
    pattern: /^\|\d{13,15}[\r\n\\ ]/,
  },
];

/** Says whose code this is, or nothing. Looks at how the text begins, and reads no further. */
export function readForeignCode(text: string): ForeignCode | undefined {
  const row = ROWS.find(({ pattern }) => pattern.test(text));
  if (!row) return undefined;
  const { kind, name, country } = row;
  return { kind, name, ...(country && { country }) };
}
