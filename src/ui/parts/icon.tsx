/** Owns the drawn signs of home and of payments' states. */
import { drawIcon } from './draw-icon.tsx';

export const IconForward = drawIcon('m9.5 5 7 7-7 7', true);
export const IconScan = drawIcon(
  'M4 9V5.5A1.5 1.5 0 0 1 5.500 4H9M15 4h3.500A1.500 1.500 0 0 1 20 5.500V9M20 15v3.500a1.500 1.500 0 0 1-1.500 1.500H15M9 20H5.500A1.500 1.500 0 0 1 4 18.500V15M4 12h16',
);
export const IconCode = drawIcon(
  'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.500v2.500H14zM17.500 17.500H20V20h-2.500zM19 14h1M14 19.500h.5',
);
export const IconSettings = drawIcon('M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5');
/** A half still on its stub: signed, on its way. */
export const IconPromised = drawIcon(
  'M6 3.500h12V14l-2-1.500L14 14l-2-1.500L10 14l-2-1.500L6 14zM6 18v2.500M12 18v2.500M18 18v2.500',
);
/** A seal: somebody who has the money stands for it. */
export const IconGuaranteed = drawIcon(
  'M12 3 19.500 6v6c0 4.500-3.200 7.500-7.500 9-4.300-1.500-7.500-4.500-7.500-9V6zM8.500 12l2.500 2.500 4.500-5',
);
export const IconAccepted = drawIcon('m4.500 12.500 5 5 10-11');
export const IconRefused = drawIcon('m6 6 12 12M18 6 6 18');
export const IconExpired = drawIcon(
  'M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17M12 8v4.500l3 2',
);
export const IconCancelled = drawIcon(
  'M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17M6 18 18 6',
);
export const IconReceived = drawIcon('M12 4v13M6 11.500l6 6 6-6M5 20.500h14');
