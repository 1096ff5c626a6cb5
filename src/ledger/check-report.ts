/** Owns what a check of the ledger can find, and the report it writes. */
import { toHex } from '#protocol/bytes.ts';

/** What holds of money and payments, with the words for somebody who finds it broken. */
export const MONEY_RULES = {
  account_missing: 'rows name an account that does not exist',
  version_gap: 'an account’s entries are not numbered 1, 2, 3 …',
  version_differs: 'a balance’s version is not that of its newest entry',
  chain_broken: 'an entry’s balance is not the one before it plus its amount',
  balance_differs: 'a balance is not that of the newest entry in its currency',
  balance_negative: 'an account that is neither the issuer nor the guarantee was below zero',
  sum_not_zero: 'the entries of a currency do not sum to zero',
  transfer_unbalanced: 'a transfer is not two entries of opposite amounts in one currency',
  transfer_without_cause:
    'a transfer has neither a payment, an issue, an advance nor a repayment behind it',
  transfer_differs: 'a transfer moved something else than what stands behind it says',
  payment_without_transfer:
    'an accepted payment, an issue, an advance or a repayment moved no money, or shares its transfer',
  authorization_unreadable: 'a payment’s stored authorization cannot be read',
  id_not_of_order: 'a payment’s id is not the hash of its order',
  order_differs: 'a payment’s row says something else than its signed order',
  signature_invalid: 'a payment’s signature is not by a passkey of its payer',
  receipt_unreadable: 'a payment’s stored receipt cannot be read',
  receipt_differs: 'a payment’s receipt says something else than its row',
  receipt_invalid: 'a payment’s receipt is not signed by a key of this server',
  paid_request_missing:
    'a request for one sale was paid and marked neither by that payment nor by a covered one of more',
  paid_request_stray: 'a request is marked as paid by a payment that did not pay it',
  reoffer_differs: 'a payment brought back after a restore has another verdict than it had',
} as const;

/** What holds of funds set aside, of debts, and of promises made twice. */
export const OFFLINE_RULES = {
  held_differs: 'what is set aside is not what is unspent of the open allowances',
  held_beyond_balance: 'more is set aside than the account has',
  owed_differs: 'what an account owes is not what was advanced and not given back',
  drawn_differs: 'an allowance’s spent or drawn sum is not that of its payments',
  advance_differs: 'an advance and a payment from the guarantee do not belong together',
  evidence_missing: 'a broken promise is not noted, or noted without its signed orders',
  allowance_differs: 'a signed allowance says something else than its row',
  allowance_invalid: 'a stored allowance is not signed by a key of this server',
} as const;

export const LEDGER_RULES = { ...MONEY_RULES, ...OFFLINE_RULES } as const;

export type LedgerRule = keyof typeof LEDGER_RULES;

export type Finding = {
  readonly rule: LedgerRule;
  /** Which account, transfer or payment, with what was found. */
  readonly detail: string;
};

export type LedgerReport = {
  readonly clean: boolean;
  /** The first ones; a ledger that is broken everywhere must not fill the memory too. */
  readonly findings: readonly Finding[];
  readonly findingsTotal: number;
  readonly accounts: number;
  readonly entries: number;
  readonly payments: number;
  /** Per currency, what the issuer owes: what all others hold together. */
  readonly circulation: readonly { readonly currency: number; readonly minor: bigint }[];
};

const FINDINGS_MAX = 1000;

/** What the passes of a check write into. */
export class ReportDraft {
  readonly #findings: Finding[] = [];
  #findingsTotal = 0;
  accounts = 0;
  entries = 0;
  payments = 0;
  readonly circulation = new Map<number, bigint>();

  find(rule: LedgerRule, detail: string): void {
    this.#findingsTotal++;
    if (this.#findings.length < FINDINGS_MAX) this.#findings.push({ rule, detail });
  }

  finish(): LedgerReport {
    const circulation = [...this.circulation].sort(([a], [b]) => a - b);
    return {
      clean: this.#findingsTotal === 0,
      findings: this.#findings,
      findingsTotal: this.#findingsTotal,
      accounts: this.accounts,
      entries: this.entries,
      payments: this.payments,
      circulation: circulation.map(([currency, minor]) => ({ currency, minor })),
    };
  }
}

type NamedKind = 'account' | 'allowance' | 'payment' | 'issue' | 'advance' | 'repayment';

/** Reports name ids as psql shows them, so that they can be looked up. */
export function nameOf(kind: NamedKind, id: Uint8Array): string {
  return `${kind} \\x${toHex(id)}`;
}
