// The wallet's core suite on the machine's own WebKitGTK.
import { WEBKIT } from '../../support/other-browsers.ts';
import { describeSuites } from './suite-in.ts';

await describeSuites(WEBKIT);
