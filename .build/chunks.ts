// Says into how few files the page is cut. On a slow link every file costs a round trip, so screens
// that are used together come together, and whatever several of them need is one file, not forty.
import type { Rolldown } from 'vite';

type Groups = NonNullable<Exclude<Rolldown.OutputOptions['codeSplitting'], boolean | undefined>>;

const screens = (names: string) =>
  new RegExp(`[\\\\/]src[\\\\/]ui[\\\\/]screens[\\\\/](${names})\\.tsx$`);

/** A module goes to the first of these that takes it; its own imports go with it. */
export const chunkGroups: Groups = {
  groups: [
    // What the document asks for before the first screen can be used: nothing else may get in.
    { name: 'main', tags: ['$initial'], priority: 9 },
    // The first screen of somebody with a wallet, and the phone's storage.
    { name: 'home', test: /[\\/]ui[\\/](phone-storage\.ts|screens[\\/]home\.tsx)$/, priority: 8 },
    { name: 'engine', test: /[\\/]ui[\\/]engine\.ts$/, priority: 7 },
    {
      name: 'parts',
      test: /[\\/]src[\\/](protocol|wallet|device|ui)[\\/](?!screens|text|qr-path)/,
      minShareCount: 2,
      priority: 6,
    },
    { name: 'language-fr', test: /[\\/]ui[\\/]text[\\/]fr[\\/]/, priority: 5 },
    { name: 'opening', test: screens('onboarding|sign-in|rehearsal'), priority: 5 },
    { name: 'paying', test: screens('scan|review|slip'), priority: 4 },
    { name: 'asking', test: screens('receive|print-code'), priority: 3 },
    { name: 'looking', test: screens('activity|payment-story|settings|trouble'), priority: 2 },
  ],
};
