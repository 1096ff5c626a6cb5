/** Owns what a text is: a sentence with named slots, or one for each plural form; and its types. */

/** Plural forms by CLDR category; `{count}` chooses among them. */
export type PluralMessage = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & {
  readonly other: string;
};

export type Message = string | PluralMessage;

/** A language has every key of the English section, no more and no less. */
export type Translation<English> = { readonly [Key in keyof English]: Message };

type SlotsOf<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | SlotsOf<Rest>
  : never;

type TextOf<M> = M extends string
  ? M
  : M extends { readonly other: infer Other extends string }
    ? Other
    : never;

type Slots<M> = SlotsOf<TextOf<M>>;

/** What must be given for a message's slots; nothing when it has none. */
export type SlotArguments<M> = [Slots<M>] extends [never]
  ? []
  : [slots: { readonly [Name in Slots<M>]: string | number }];

const FROM_RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;

/** A name in Arabic or Hebrew must not turn round what stands beside it (UAX #9, first strong isolate). */
function isolated(value: string | number): string {
  const text = String(value);
  return FROM_RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text;
}

/** Puts values into slots. A slot without a value stays visible, so that tests and people see it. */
export function fillSlots(text: string, slots: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => isolated(slots[name] ?? whole));
}
