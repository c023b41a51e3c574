import type { ByteReader, ByteWriter } from '@quorate/interfaces';

const TEXT_LIMIT = 4096;

/** Text in messages between peers: u32 count of UTF-16 units, each as a u16. Short texts only: names and refusals. */
export function writeText(out: ByteWriter, text: string): void {
  const shortened = text.length > TEXT_LIMIT ? text.slice(0, TEXT_LIMIT) : text;
  out.u32(shortened.length);
  for (let i = 0; i < shortened.length; i++) {
    const unit = shortened.charCodeAt(i);
    out.u8(unit >>> 8);
    out.u8(unit & 0xff);
  }
}

export function readText(input: ByteReader): string {
  const count = input.u32();
  input.need(count * 2);
  let text = '';
  for (let i = 0; i < count; i++) text += String.fromCharCode(input.u8() * 256 + input.u8());
  return text;
}
