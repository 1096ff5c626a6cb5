// Production wallet, storage and settlement in a world that breaks: part 1 of the check's seeds.
import 'fake-indexeddb/auto';
import { testSeeds } from './seeds.ts';

testSeeds(0);
