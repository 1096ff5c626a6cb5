// Films pictures for a browser's fake camera.
import { showFilm } from '../../support/camera-video.ts';
import type { Picture } from './code-pictures.ts';

/** A YUV4MPEG2 file of these pictures, each shown for a while, over and over. */
export function film(file: string, pictures: readonly Picture[], holdFrames = 4): void {
  const first = pictures[0];
  if (!first) throw new Error('a film of nothing');
  const { width, height } = first;
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`)];
  const chroma = Buffer.alloc((width * height) / 2, 128);
  for (const { luma } of pictures) {
    for (let shown = 0; shown < holdFrames; shown++) {
      parts.push(Buffer.from('FRAME\n'), Buffer.from(luma), chroma);
    }
  }
  showFilm(file, Buffer.concat(parts));
}
