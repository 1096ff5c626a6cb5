/** Owns a ledger in memory behind settlement's port: the real rules of verdicts, no database, no chance. */
import { openAllowanceBook } from '#ledger/allowance-book.ts';
import {
  type AccountRow,
  type BalanceRow,
  type Changes,
  keyOf,
  openBooks,
  type RequestRow,
} from '#ledger/books.ts';
import type { PaymentRules } from '#ledger/decide.ts';
import { decideGroup } from '#ledger/decide-group.ts';
import type { SettledPayment, VerifiedPayment } from '#ledger/payment-rows.ts';
import type { Bytes } from '#protocol/bytes.ts';
import type {
  Found,
  PayerCredential,
  PaymentsLedger,
  Settlement,
  SignReceipts,
} from '#server/payments/ports.ts';

type Account = { row: AccountRow; readonly devices: Set<number>; credentials: PayerCredential[] };

export type MemoryPayments = PaymentsLedger & {
  openAccount(id: Bytes, balances: readonly { currency: number; balance: bigint }[]): void;
  addCredential(account: Bytes, credential: PayerCredential, hint: Bytes): void;
  addDevice(account: Bytes, device: number): void;
  setFrozen(account: Bytes, frozen: boolean): void;
  balanceOf(account: Bytes, currency: number): bigint | undefined;
  /** All that moved, in its order: what a check of invariants reads. */
  readonly transfers: readonly SettledPayment[];
};

export type MemoryOptions = { readonly rules: PaymentRules; readonly nowS: () => number };

class Memory implements MemoryPayments {
  readonly transfers: SettledPayment[] = [];
  readonly #options: MemoryOptions;
  readonly #accounts = new Map<string, Account>();
  readonly #hints = new Map<PayerCredential, string>();
  readonly #balances = new Map<string, BalanceRow>();
  readonly #paid: RequestRow[] = [];
  readonly #payments = new Map<string, { authorization: Bytes; receipt: Bytes }>();

  constructor(options: MemoryOptions) {
    this.#options = options;
  }

  openAccount(id: Bytes, balances: readonly { currency: number; balance: bigint }[]): void {
    const row: AccountRow = { id, kind: 'person', frozen: false };
    this.#accounts.set(keyOf(id), { row, devices: new Set(), credentials: [] });
    for (const { currency, balance } of balances) this.#setBalance(id, currency, balance);
  }

  #setBalance(account: Bytes, currency: number, balance: bigint, version = 0n): void {
    const row = { account, currency, balance, held: 0n, owed: 0n, version };
    this.#balances.set(`${keyOf(account)}${currency}`, row);
  }

  #account(id: Bytes): Account {
    const account = this.#accounts.get(keyOf(id));
    if (!account) throw new Error('no such account');
    return account;
  }

  addCredential(account: Bytes, credential: PayerCredential, hint: Bytes): void {
    this.#account(account).credentials.push(credential);
    this.#hints.set(credential, keyOf(hint));
  }

  addDevice(account: Bytes, device: number): void {
    this.#account(account).devices.add(device);
  }

  setFrozen(account: Bytes, frozen: boolean): void {
    const page = this.#account(account);
    page.row = { ...page.row, frozen };
  }

  balanceOf(account: Bytes, currency: number): bigint | undefined {
    return this.#balances.get(`${keyOf(account)}${currency}`)?.balance;
  }

  async find(questions: Parameters<PaymentsLedger['find']>[0]) {
    const payers = await this.findPayers(questions);
    return questions.map(({ id }, place): Found => {
      const known = this.#payments.get(keyOf(id));
      const nobody = { isKnown: false, isDeviceKnown: false, credentials: [] };
      return known ? { kind: 'known', known } : { kind: 'new', payer: payers[place] ?? nobody };
    });
  }

  async findPayers(questions: Parameters<PaymentsLedger['findPayers']>[0]) {
    return questions.map(({ payer, credentialHint, device }) => {
      const account = this.#accounts.get(keyOf(payer));
      return {
        isKnown: account !== undefined,
        isDeviceKnown: account?.devices.has(device) ?? false,
        credentials: (account?.credentials ?? []).filter(
          (credential) => this.#hints.get(credential) === keyOf(credentialHint),
        ),
      };
    });
  }

  #write(changes: Changes): void {
    for (const { account, currency, after } of changes.balances) {
      this.#setBalance(account, currency, after.balance, after.version);
    }
    for (const { payee, requestDigest, after } of changes.paidRequests) {
      // Nobody has allowances here, so nobody asks how much was paid.
      this.#paid.push({ payee, requestDigest, paymentId: after, currency: 0, mostMinor: 0n });
    }
  }

  /** One group at a time, all or nothing, as the database's transactions are. */
  async settle(
    payments: readonly VerifiedPayment[],
    epoch: number,
    sign: SignReceipts,
  ): Promise<Settlement[]> {
    const nowS = this.#options.nowS();
    const books = openBooks({
      accounts: [...this.#accounts.values()].map((account) => account.row),
      balances: [...this.#balances.values()],
      paidRequests: this.#paid,
    });
    const keys = payments.map((payment) => keyOf(payment.id));
    const verdicts = decideGroup({
      payments: payments.filter((_, index) => keys.indexOf(keys[index] ?? '') === index),
      isKnown: (id) => this.#payments.has(keyOf(id)),
      books,
      allowances: openAllowanceBook([], books),
      epoch,
      promised: [],
      numbers: payments.map((_, index) => BigInt(this.transfers.length + index + 1)),
      rules: this.#options.rules,
      nowS,
    });
    if (!verdicts) throw new Error('nobody has allowances here');
    const items = verdicts.settled;
    const receipts = items.length > 0 ? await sign(items.map((item) => item.settled)) : [];
    this.#write(books.changes());
    items.forEach(({ payment, settled }, index) => {
      const receipt = new Uint8Array(receipts[index] ?? []);
      this.#payments.set(keyOf(payment.id), { authorization: payment.bytes, receipt });
      if (settled.verdict === 'accepted') this.transfers.push(settled);
    });
    const positions = new Map(items.map(({ payment }, index) => [keyOf(payment.id), index]));
    return payments.map(({ id }): Settlement => {
      const known = this.#payments.get(keyOf(id));
      return known
        ? { kind: 'receipt', receipt: known.receipt, position: positions.get(keyOf(id)) ?? null }
        : {
            kind: 'refusal',
            refusal: { code: verdicts.unsigned.get(keyOf(id)) ?? 'payer_unknown' },
          };
    });
  }
}

export function createMemoryPayments(options: MemoryOptions): MemoryPayments {
  return new Memory(options);
}
