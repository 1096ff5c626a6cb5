/** Owns guessing country and currency from the phone's language, as the first answer in a form. */

// ISO 3166 country → ISO 4217 letters, for places where the currency is not to be guessed otherwise.
const CURRENCIES =
  'AE:AED AR:ARS AU:AUD BD:BDT BF:XOF BI:BIF BJ:XOF BR:BRL CA:CAD CD:CDF CH:CHF CI:XOF CL:CLP CM:XAF ' +
  'CN:CNY CO:COP CR:CRC CZ:CZK DK:DKK DO:DOP DZ:DZD EG:EGP ET:ETB GA:XAF GB:GBP GH:GHS GT:GTQ HK:HKD ' +
  'HN:HNL HU:HUF ID:IDR IL:ILS IN:INR IQ:IQD JM:JMD JO:JOD JP:JPY KE:KES KG:KGS KH:KHR KR:KRW KW:KWD ' +
  'KZ:KZT LA:LAK LK:LKR MA:MAD MG:MGA ML:XOF MM:MMK MN:MNT MW:MWK MX:MXN MY:MYR MZ:MZN NA:NAD NE:XOF ' +
  'NG:NGN NI:NIO NO:NOK NP:NPR NZ:NZD OM:OMR PE:PEN PH:PHP PK:PKR PL:PLN PY:PYG RO:RON RS:RSD RW:RWF ' +
  'SA:SAR SD:SDG SE:SEK SG:SGD SL:SLE SN:XOF SO:SOS TG:XOF TH:THB TN:TND TR:TRY TW:TWD TZ:TZS UA:UAH ' +
  'UG:UGX US:USD UY:UYU UZ:UZS VN:VND YE:YER ZA:ZAR ZM:ZMW ZW:ZWG';

/** The country that a language tag speaks of; the likeliest one where it says none. */
export function regionOf(tag: string): string {
  try {
    return new Intl.Locale(tag).maximize().region ?? 'GB';
  } catch {
    return 'GB';
  }
}

export function currencyOfRegion(region: string): string {
  const at = CURRENCIES.indexOf(`${region}:`);
  return at < 0 ? 'EUR' : CURRENCIES.slice(at + 3, at + 6);
}
