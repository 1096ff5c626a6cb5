/** Owns saying things: the current language as a signal, and `t`, which every component calls. */
import { signal } from '@preact/signals';
import type { RefusalCode } from '#protocol/refusals.ts';
import { enFirst } from './en/first.ts';
import type { enRest } from './en/rest.ts';
import { LANGUAGES, type Language, type LanguageTexts } from './languages.ts';
import { fillSlots, type Message, type SlotArguments } from './message.ts';
import type { RefusalText } from './refusal-text.ts';

type English = typeof enFirst & typeof enRest;
export type TextKey = keyof English;

type Said = {
  readonly language: Language;
  readonly messages: Readonly<Record<string, Message>>;
  readonly refusals?: LanguageTexts['refusals'];
  readonly asked?: LanguageTexts['asked'];
};

const said = signal<Said>({ language: 'en', messages: enFirst });

export function currentLanguage(): Language {
  return said.value.language;
}

export function currentDirection(): 'ltr' | 'rtl' {
  return LANGUAGES[said.value.language].direction;
}

function choose(message: Message, slots: Readonly<Record<string, string | number>>): string {
  if (typeof message === 'string') return message;
  const rules = new Intl.PluralRules(said.value.language);
  return message[rules.select(Number(slots.count))] ?? message.other;
}

/** The text of a key in the current language. Components that call it follow a change of language. */
export function t<Key extends TextKey>(key: Key, ...args: SlotArguments<English[Key]>): string {
  const slots: Readonly<Record<string, string | number>> = args[0] ?? {};
  const message = said.value.messages[key];
  return message === undefined ? key : fillSlots(choose(message, slots), slots);
}

/**
 * What a refusal means for the money and what to do next; `asked` where a person asked for something
 * that is no payment. Needs the rest of the texts.
 */
export function refusalText(code: RefusalCode, asked = false): RefusalText {
  const { asked: own } = said.value;
  if (asked && own && code in own) return own[code as keyof typeof own];
  return said.value.refusals?.[code] ?? { what: code, next: '' };
}

let loading: { language: Language; done: Promise<void> } | undefined;

/** Loads all texts of a language and speaks it. Rejects when its chunk cannot be had. */
export function speak(language: Language): Promise<void> {
  if (said.peek().language === language && said.peek().refusals) return Promise.resolve();
  if (loading?.language === language) return loading.done;
  const done = LANGUAGES[language]
    .load()
    .then(({ messages, ...others }) => {
      // English keeps its first screens in the app itself; the others carry them along.
      said.value = { language, messages: { ...enFirst, ...messages }, ...others };
    })
    .finally(() => {
      loading = undefined;
    });
  loading = { language, done };
  return done;
}

/** The rest of the texts of the current language, for any screen but the first ones. */
export function loadRestOfTexts(): Promise<void> {
  return speak(loading?.language ?? said.peek().language);
}
