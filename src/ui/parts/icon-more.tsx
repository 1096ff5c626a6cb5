/** Owns the drawn signs of all screens but the first. */
import { drawIcon } from './draw-icon.tsx';

export const IconWarning = drawIcon('M12 4 2.500 20h19zM12 10v4.500M12 17.250v.1');
export const IconInfo = drawIcon(
  'M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17M12 11v5.500M12 7.500v.1',
);
export const IconPlane = drawIcon(
  'M12 2.500c1 0 1.500 1 1.500 2.500v4l7 4.500v2l-7-2v4.500l2 1.500v1.500L12 20l-3.500 1v-1.500l2-1.500v-4.500l-7 2v-2l7-4.500V5c0-1.500.5-2.500 1.500-2.500z',
);
export const IconPasskey = drawIcon(
  'M12 11v3.500c0 2-.4 4-1.200 6M8 12a4 4 0 0 1 8 0v2.500c0 1.700-.2 3.300-.6 5M5.500 16.500c.3-1.400.5-3 .5-4.500a6 6 0 0 1 10.500-4M18 11v3.500c0 1-.1 2-.2 3M4.500 8.500A9 9 0 0 1 15 3.600',
);
export const IconShare = drawIcon('M12 15V3.500M7.500 8 12 3.500 16.500 8M5 12.500v7h14v-7');
export const IconPrint = drawIcon('M7 8V3.500h10V8M7 17H4V8h16v9h-3M7 13.500h10v7H7z');
export const IconTorch = drawIcon('M13 2.500 5.500 13.500H11L10 21.500l8.500-12H13z');
export const IconPicture = drawIcon(
  'M3.500 5h17v14h-17zM3.500 16l5-5 4.500 4.500 2.500-2.500 5 5M15.500 9.500v.1',
);
export const IconPaste = drawIcon('M9 4.500H5.500v16h13v-16H15M9 3h6v3.500H9zM9 12h6M9 16h4');
export const IconSearch = drawIcon(
  'M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13M15.500 15.500l5 5',
);
export const IconInstall = drawIcon(
  'M12 3.500V14M7.500 10l4.500 4.500 4.500-4.500M4.500 17v3.500h15V17',
);
export const IconErase = drawIcon('M9 5.500h11.500v13H9L3 12zM12 9.500l5 5M17 9.500l-5 5', true);
export const IconCopy = drawIcon('M8 8h12v12H8zM16 8V4H4v12h4');
export const IconPrinted = drawIcon(
  'M6 3.500h12V20.500l-2-1.500-2 1.500-2-1.500-2 1.500-2-1.500-2 1.500zM9 8h6M9 12h6',
);
