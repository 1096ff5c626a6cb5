/** Prints the reference of the server's settings: `npm run config`. */
import { configReference } from './settings.ts';

process.stdout.write(configReference());
