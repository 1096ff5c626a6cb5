// The wallet's core suite on the machine's own Firefox.
import { FIREFOX } from '../../support/other-browsers.ts';
import { describeSuites } from './suite-in.ts';

await describeSuites(FIREFOX);
