/** Owns the table of currencies and their decimals (ISO 4217); never asks Intl, which says how people write money. */

export type Currency = {
  /** ISO 4217 numeric code: 978, not '978'. */
  readonly numeric: number;
  readonly alpha: string;
  /** How many decimals the minor unit stands behind the point. */
  readonly exponent: number;
};

// ISO 4217 list one as of amendment 180 (2026-01-01), in runs of alpha and numeric code, by exponent.
// Codes without a minor unit (gold, special drawing rights, XTS, XXX …) are left out: nobody pays in them.
// 532 is XCG since 2025; ANG had the same number and the same value.
const BY_EXPONENT: Readonly<Record<number, string>> = {
  0: 'BIF108CLP152DJF262GNF324ISK352JPY392KMF174KRW410PYG600RWF646UGX800UYI940VND704VUV548XAF950XOF952XPF953',
  2:
    'AED784AFN971ALL008AMD051AOA973ARS032AUD036AWG533AZN944BAM977BBD052BDT050BMD060BND096BOB068' +
    'BOV984BRL986BSD044BTN064BWP072BYN933BZD084CAD124CDF976CHE947CHF756CHW948CNY156COP170COU970' +
    'CRC188CUP192CVE132CZK203DKK208DOP214DZD012EGP818ERN232ETB230EUR978FJD242FKP238GBP826GEL981' +
    'GHS936GIP292GMD270GTQ320GYD328HKD344HNL340HTG332HUF348IDR360ILS376INR356IRR364JMD388KES404' +
    'KGS417KHR116KPW408KYD136KZT398LAK418LBP422LKR144LRD430LSL426MAD504MDL498MGA969MKD807MMK104' +
    'MNT496MOP446MRU929MUR480MVR462MWK454MXN484MXV979MYR458MZN943NAD516NGN566NIO558NOK578NPR524' +
    'NZD554PAB590PEN604PGK598PHP608PKR586PLN985QAR634RON946RSD941RUB643SAR682SBD090SCR690SDG938' +
    'SEK752SGD702SHP654SLE925SOS706SRD968SSP728STN930SVC222SYP760SZL748THB764TJS972TMT934TOP776' +
    'TRY949TTD780TWD901TZS834UAH980USD840USN997UYU858UZS860VED926VES928WST882XAD396XCD951XCG532' +
    'YER886ZAR710ZMW967ZWG924',
  3: 'BHD048IQD368JOD400KWD414LYD434OMR512TND788',
  4: 'CLF990UYW927',
};

function readTable(): Currency[] {
  const table: Currency[] = [];
  for (const [exponent, run] of Object.entries(BY_EXPONENT)) {
    for (let i = 0; i < run.length; i += 6) {
      const numeric = Number(run.slice(i + 3, i + 6));
      table.push({ numeric, alpha: run.slice(i, i + 3), exponent: Number(exponent) });
    }
  }
  return table.sort((a, b) => (a.alpha < b.alpha ? -1 : 1));
}

/** Every currency that can be paid in, by its letters. */
export const CURRENCIES: readonly Currency[] = readTable();

const byNumeric: ReadonlyMap<number, Currency> = new Map(CURRENCIES.map((c) => [c.numeric, c]));
const byAlpha: ReadonlyMap<string, Currency> = new Map(CURRENCIES.map((c) => [c.alpha, c]));

export function currencyOfNumeric(numeric: number): Currency | undefined {
  return byNumeric.get(numeric);
}

/** Upper case, as ISO writes it. */
export function currencyOfAlpha(alpha: string): Currency | undefined {
  return byAlpha.get(alpha);
}

/** Three digits: 8 → '008'. */
export function currencyNumericText(numeric: number): string {
  return String(numeric).padStart(3, '0');
}
