/** Owns what is known of the world's EMVCo payment schemes: how to recognise each, and what it is let off. */
import { type EmvObject, readRun, valueAt } from './emvco.ts';

export type Scheme = {
  /** As its own country writes it; not translated. */
  readonly name: string;
  readonly country?: string;
  /** ISO 4217 numeric codes; absent where the scheme sets none that we could confirm. */
  readonly currencies?: readonly number[];
  /** Mandatory objects that this scheme is known to leave out. */
  readonly omits?: readonly string[];
  /** Its 26–51 are not always templates with a GUID inside. */
  readonly rawAccounts?: boolean;
  /** Object 00 when it is not the `01` that EMVCo asks for. */
  readonly formatIndicator?: string;
  /** Object 53 may be letters instead of digits. */
  readonly currencyLetters?: boolean;
  /** Object 63 is the tail of a SHA-256 instead of a CRC. */
  readonly hashTail?: boolean;
};

export const OWN_SCHEME = 'counterfoil';
export const OWN_GUID = 'APP.COUNTERFOIL';
export const GENERIC_SCHEME = 'generic-emvco';
export const SLIP_SCHEME = 'promptpay-slip';

const NAMELESS = ['52', '59', '60'];

const SCHEMES: Readonly<Record<string, Scheme>> = {
  [OWN_SCHEME]: { name: 'Counterfoil' },
  [GENERIC_SCHEME]: { name: 'EMVCo' },
  'argentina-qr': { name: 'QR 3.0', country: 'AR' },
  banglaqr: { name: 'Bangla QR', country: 'BD' },
  bharatqr: { name: 'Bharat QR', country: 'IN' },
  duitnow: { name: 'DuitNow', country: 'MY', currencies: [458], formatIndicator: '02' },
  'easpbv-co': { name: 'Bre-B', country: 'CO' },
  elqr: {
    name: 'ELQR',
    country: 'KG',
    omits: ['52', '58', '59', '60'],
    rawAccounts: true,
    hashTail: true,
  },
  ethiopia: { name: 'EthQR', country: 'ET', rawAccounts: true },
  fonepay: { name: 'Fonepay', country: 'NP' },
  'ghana-merchant': { name: 'Ghana merchant QR', country: 'GH' },
  ghqr: { name: 'GhQR', country: 'GH' },
  grabpay: { name: 'GrabPay', country: 'SG' },
  hkfps: { name: 'FPS', country: 'HK', currencies: [344, 156] },
  jpqr: { name: 'JPQR', country: 'JP', currencies: [392] },
  keqr: { name: 'KE-QR', country: 'KE', omits: ['52'], rawAccounts: true },
  khqr: { name: 'KHQR', country: 'KH', currencies: [116, 840] },
  lankaqr: { name: 'LankaQR', country: 'LK' },
  laoqr: { name: 'Lao QR', country: 'LA' },
  mastercard: { name: 'Mastercard QR' },
  mercadopago: { name: 'Mercado Pago' },
  mmqr: { name: 'MMQR', country: 'MM', currencyLetters: true },
  nepalqr: { name: 'NepalQR', country: 'NP' },
  nets: { name: 'NETS', country: 'SG' },
  nqr: { name: 'NQR', country: 'NG', currencies: [566] },
  paymaya: { name: 'Maya', country: 'PH' },
  paynow: { name: 'PayNow', country: 'SG', currencies: [702] },
  'pi-spi': { name: 'PI-SPI', currencies: [952] },
  pix: { name: 'PIX', country: 'BR', currencies: [986] },
  promptpay: { name: 'PromptPay', country: 'TH', currencies: [764], omits: NAMELESS },
  'promptpay-bill': { name: 'PromptPay', country: 'TH', currencies: [764], omits: NAMELESS },
  [SLIP_SCHEME]: { name: 'PromptPay', country: 'TH' },
  'qpay-mn': { name: 'QPay', country: 'MN' },
  qris: { name: 'QRIS', country: 'ID', currencies: [360] },
  qrph: { name: 'QR Ph', country: 'PH', currencies: [608] },
  'raast-1link': { name: 'Raast', country: 'PK' },
  rwanda: { name: 'eKash', country: 'RW' },
  sgqr: { name: 'SGQR', country: 'SG' },
  tanqr: { name: 'TANQR', country: 'TZ', currencies: [834] },
  vietqr: { name: 'VietQR', country: 'VN', currencies: [704], omits: NAMELESS },
  vnpay: { name: 'VNPAY-QR', country: 'VN', currencies: [704] },
  yape: { name: 'Yape', country: 'PE', rawAccounts: true },
  zeropay: { name: 'ZeroPay', country: 'KR' },
};

// GUIDs in lower case: they are compared without case. A trailing `*` stands for any ending.
const BY_GUID: Readonly<Record<string, string>> = {
  'br.gov.bcb.pix': 'pix',
  'br.gov.bcb.spi': 'pix',
  a000000677010111: 'promptpay',
  a000000677010112: 'promptpay-bill',
  a0000006150001: 'duitnow',
  a000000727: 'vietqr',
  a000000775: 'vnpay',
  a000000524: 'bharatqr',
  a000000736: 'raast-1link',
  a005266284662577: 'laoqr',
  'a0000008430001*': 'qpay-mn',
  'sg.paynow': 'paynow',
  'sg.com.nets': 'nets',
  'com.grab': 'grabpay',
  'ph.ppmi.*': 'qrph',
  'com.p2pqrpay': 'qrph',
  'com.paymaya*': 'paymaya',
  'hk.com.hkicl': 'hkfps',
  'jp.or.paymentsjapan': 'jpqr',
  'com.zeropay': 'zeropay',
  'fonepay.com': 'fonepay',
  'mm.com.mmqr': 'mmqr',
  'ke.go.qr': 'keqr',
  'tz.go.bot.tips': 'tanqr',
  'gh.net.ghipss.ghqr': 'ghqr',
  'ng.com.nibss-plc.qr': 'nqr',
  'ng.com.nibssplc.qr': 'nqr',
  'int.bceao.pi': 'pi-spi',
  'et.qrserve': 'ethiopia',
  'com.mercadolibre': 'mercadopago',
  'co.com.rbm.*': 'easpbv-co',
  'co.com.crb.*': 'easpbv-co',
  'id.co.*': 'qris',
};

// Countries whose codes are of one scheme even when no GUID says so.
const BY_COUNTRY: Readonly<Record<string, string>> = {
  BD: 'banglaqr',
  ET: 'ethiopia',
  GH: 'ghana-merchant',
  ID: 'qris',
  IN: 'bharatqr',
  KE: 'keqr',
  KG: 'elqr',
  KH: 'khqr',
  LA: 'laoqr',
  LK: 'lankaqr',
  MM: 'mmqr',
  MN: 'qpay-mn',
  NP: 'nepalqr',
  PK: 'raast-1link',
};

/** Always answers: an unknown slug is treated as plain EMVCo. */
export function schemeOf(slug: string): Scheme {
  return (Object.hasOwn(SCHEMES, slug) ? SCHEMES[slug] : undefined) ?? { name: 'EMVCo' };
}

function schemeOfGuid(guid: string): string | undefined {
  if (Object.hasOwn(BY_GUID, guid)) return BY_GUID[guid];
  if (guid.endsWith('.kg')) return 'elqr';
  const prefix = Object.keys(BY_GUID).find(
    (k) => k.endsWith('*') && guid.startsWith(k.slice(0, -1)),
  );
  return prefix === undefined ? undefined : BY_GUID[prefix];
}

/** The GUID inside a template (sub-object 00, wherever it stands), in lower case. */
function guidOf(object: EmvObject): string {
  return (valueAt(readRun(object.value, 'characters').objects, '00') ?? '').toLowerCase();
}

export function isOwnAccount(object: EmvObject): boolean {
  return object.id >= '26' && object.id <= '51' && guidOf(object) === OWN_GUID.toLowerCase();
}

/** What the shape of the accounts says where there is no GUID. */
function schemeOfShape(objects: readonly EmvObject[], country: string): string | undefined {
  const checkout = valueAt(objects, '05') ?? '';
  if (checkout.length === 77 && checkout.includes('*')) return 'mastercard';
  if (valueAt(objects, '15')?.includes('**999166**')) return 'nqr';
  const accounts = objects.filter(({ id }) => id >= '26' && id <= '51');
  // KHQR puts the account, name@bank, where others have a GUID.
  const bakong = accounts.some((account) => /^[^@]+@[^@]+$/.test(guidOf(account)));
  if (bakong && (country === 'KH' || country === '')) return 'khqr';
  const has = (id: string) => accounts.some((account) => account.id === id);
  if (country === 'PE' && has('39')) return 'yape';
  if (country === 'RW' && has('29')) return 'rwanda';
  return country === 'AR' && accounts.some(({ id }) => id >= '41') ? 'argentina-qr' : undefined;
}

/**
 * Names the scheme of a code, also of a damaged one, from whatever objects could be read.
 * Our own comes first, then SGQR: a code of many schemes is ours if we can pay it.
 */
export function detectScheme(objects: readonly EmvObject[]): string {
  const accounts = objects.filter(({ id }) => id === '13' || (id >= '26' && id <= '51'));
  const extras = objects.filter(({ id }) => id >= '80');
  const guids = [...accounts, ...extras].map(guidOf);
  if (isPaymentSlip(objects)) return SLIP_SCHEME;
  if (objects.some(isOwnAccount)) return OWN_SCHEME;
  if (guids.includes('sg.sgqr')) return 'sgqr';
  for (const guid of guids) {
    const slug = schemeOfGuid(guid);
    if (slug) return slug;
  }
  if (valueAt(objects, '13')?.toUpperCase().includes('GH.NET.GHIPSS.GHQR')) return 'ghqr';
  const country = valueAt(objects, '58')?.toUpperCase() ?? '';
  const slug = schemeOfShape(objects, country) ?? BY_COUNTRY[country];
  return slug ?? GENERIC_SCHEME;
}

/**
 * Thailand's payment-slip code looks like EMVCo but proves a payment that was made: its 00 is a
 * template, the country is in 51 and the check sum in 91.
 */
function isPaymentSlip(objects: readonly EmvObject[]): boolean {
  const head = objects[0];
  const inner =
    head?.id === '00' && head.value.length > 4 ? readRun(head.value, 'characters') : undefined;
  return (
    inner !== undefined &&
    inner.fault === undefined &&
    valueAt(inner.objects, '00') !== undefined &&
    objects.at(-1)?.id === '91'
  );
}
