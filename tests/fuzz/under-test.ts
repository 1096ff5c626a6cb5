// What the check's guided run loads with its blocks counted.
export { openCorpus } from './corpus.ts';
export { decoders } from './decoders.ts';
export { runGuided } from './guided.ts';
export { plantedFaults } from './planted-faults.ts';
