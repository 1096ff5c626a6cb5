/** Owns the check sum of EMVCo codes: ISO/IEC 13239, polynomial 1021, start FFFF, nothing reflected. */

/** Finds misreads, not forgers: anybody can compute it. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
    }
  }
  return crc;
}

/** Four upper-case hexadecimal digits, zeros in front kept. */
export function crc16Text(bytes: Uint8Array): string {
  return crc16(bytes).toString(16).toUpperCase().padStart(4, '0');
}
