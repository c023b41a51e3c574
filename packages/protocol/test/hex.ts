/** Bytes of hexadecimal text; blanks and bars are ignored, `n*xx` repeats a byte. */
export function fromHex(text: string): Uint8Array {
  const digits = text
    .replace(/(\d+)\*([0-9a-f]{2})/g, (_, count, byte) => byte.repeat(Number(count)))
    .replace(/[\s|]/g, '');
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}
