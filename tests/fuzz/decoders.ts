// The list: everything of ours that reads what somebody else may have written.
import { binaryDecoders } from './binary-decoders.ts';
import type { Decoder } from './decoder.ts';
import { fileDecoders } from './file-decoders.ts';
import { jsonDecoders } from './json-decoders.ts';
import { moneyDecoders } from './money-decoders.ts';
import { textDecoders } from './text-decoders.ts';

export const decoders: readonly Decoder[] = [
  ...moneyDecoders,
  ...binaryDecoders,
  ...textDecoders,
  ...jsonDecoders,
  ...fileDecoders,
];
