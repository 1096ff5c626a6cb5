/** Owns what a profile may say: it is printed in codes, shown to strangers and read by other wallets. */
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import {
  PROFILE_CITY_CHARACTERS_MAX,
  PROFILE_NAME_CHARACTERS_MAX,
  type ProfileForm,
} from '#protocol/wire.ts';

/**
 * Control, unassigned and private characters, lone surrogates, and the invisible ones that turn
 * writing round and make one name look like another. Joiners stay: Persian and Hindi need them.
 */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?![\u200C\u200D])\p{Cf}/u;

/** One spelling for what looks the same, and no blanks that nobody sees. Refusal: input_invalid. */
export function checkText(field: string, text: string, charactersMax: number): Outcome<string> {
  if (FORBIDDEN.test(text)) {
    return refuse('input_invalid', `${field} has characters that cannot be printed.`);
  }
  const tidy = text.normalize('NFC').replace(/\s+/gu, ' ').trim();
  const length = [...tidy].length;
  if (length === 0) return refuse('input_invalid', `${field} is empty.`);
  if (length > charactersMax) {
    return refuse(
      'input_invalid',
      `${field} has ${length} characters of at most ${charactersMax}.`,
    );
  }
  return accept(tidy);
}

export const checkName = (name: string) => checkText('name', name, PROFILE_NAME_CHARACTERS_MAX);

/** The form as it is stored. Its country and category were checked with the form itself. */
export function checkProfile(form: ProfileForm): Outcome<ProfileForm> {
  const name = checkName(form.name);
  if (!name.ok) return name;
  const city = checkText('city', form.city, PROFILE_CITY_CHARACTERS_MAX);
  if (!city.ok) return city;
  return accept({ ...form, name: name.value, city: city.value });
}
