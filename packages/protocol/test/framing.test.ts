import { ByteWriter } from '@quorate/interfaces';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beginFrame, DEFAULT_MAX_FRAME_BYTES, endFrame, FrameDecoder } from '../src/index.js';
import { fromHex, toHex } from './hex.js';

function framed(bodies: readonly Uint8Array[]): Uint8Array {
  const w = new ByteWriter();
  for (const body of bodies) {
    const begun = beginFrame(w);
    w.raw(body);
    endFrame(w, begun);
  }
  return w.take();
}

function collector(): { frames: string[]; onFrame: (bytes: Uint8Array, start: number, end: number) => void } {
  const frames: string[] = [];
  return { frames, onFrame: (bytes, start, end) => frames.push(toHex(bytes.subarray(start, end))) };
}

const BODIES = [fromHex('0102'), new Uint8Array(0), fromHex('03'), new Uint8Array(700).fill(7), fromHex('0405')];
const EXPECTED = BODIES.map(toHex);

describe('FrameDecoder', () => {
  test('frames split at each byte come out whole', () => {
    const stream = framed(BODIES);
    for (let cut = 0; cut <= stream.length; cut++) {
      const { frames, onFrame } = collector();
      const decoder = new FrameDecoder();
      decoder.push(stream.slice(0, cut), onFrame);
      decoder.push(stream.slice(cut), onFrame);
      expect(frames).toEqual(EXPECTED);
      expect(decoder.buffered).toBe(0);
    }
  });

  test('frames come out whole from any chunks, whose bytes are overwritten after each push', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 })),
        fc.infiniteStream(fc.integer({ min: 1, max: 90 })),
        (bodies, sizes) => {
          const stream = framed(bodies);
          const { frames, onFrame } = collector();
          const decoder = new FrameDecoder();
          for (let at = 0; at < stream.length; ) {
            const chunk = stream.slice(at, at + sizes.next().value);
            at += chunk.length;
            decoder.push(chunk, onFrame);
            chunk.fill(0xee);
          }
          expect(frames).toEqual(bodies.map(toHex));
        },
      ),
    );
  });

  test('frames that are whole in a chunk are handed out where they lie', () => {
    const stream = framed(BODIES);
    const decoder = new FrameDecoder();
    decoder.push(stream, (bytes) => expect(bytes).toBe(stream));
    expect.assertions(BODIES.length);
  });

  test('a frame larger than every buffer arrives whole', () => {
    const body = new Uint8Array(DEFAULT_MAX_FRAME_BYTES);
    for (let i = 0; i < body.length; i++) body[i] = i * 31;
    const stream = framed([body, fromHex('aa')]);
    const decoder = new FrameDecoder();
    const frames: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += 65_536) {
      decoder.push(stream.subarray(at, at + 65_536), (bytes, start, end) => frames.push(bytes.slice(start, end)));
    }
    expect(frames.length).toBe(2);
    expect(toHex(frames[0]!) === toHex(body)).toBe(true);
    expect(frames[1]).toEqual(fromHex('aa'));
  });

  test('§1.2: the limit is inclusive; one more, or a negative length, is REFUSED', () => {
    const { frames, onFrame } = collector();
    new FrameDecoder({ maxFrameBytes: 3 }).push(fromHex('00000003 010203'), onFrame);
    expect(frames).toEqual(['010203']);
    for (const hex of ['00000004', 'ffffffff', '80000000']) {
      const decoder = new FrameDecoder({ maxFrameBytes: 3 });
      expect(() => decoder.push(fromHex(hex), onFrame)).toThrow(expect.objectContaining({ code: 'REFUSED' }));
      decoder.push(fromHex('00000001 01'), onFrame);
      expect(frames.length).toBe(1);
    }
  });

  test('a length split over chunks is checked too', () => {
    const decoder = new FrameDecoder({ maxFrameBytes: 3 });
    decoder.push(fromHex('0000'), () => {});
    expect(() => decoder.push(fromHex('0004 01'), () => {})).toThrow(expect.objectContaining({ code: 'REFUSED' }));
  });

  test('a claimed length allocates nothing: kept bytes are what arrived', () => {
    const decoder = new FrameDecoder({ maxFrameBytes: 0x7fffffff });
    decoder.push(fromHex('7fffffff 01'), () => {});
    expect(decoder.buffered).toBe(5);
  });

  test('a pause inside the handler keeps the rest, resume hands it out, wherever the stream is cut', () => {
    const stream = framed(BODIES);
    for (let cut = 0; cut <= stream.length; cut++) {
      const frames: string[] = [];
      const decoder = new FrameDecoder();
      const onFrame = (bytes: Uint8Array, start: number, end: number) => {
        frames.push(toHex(bytes.subarray(start, end)));
        decoder.pause();
      };
      decoder.push(stream.slice(0, cut), onFrame);
      decoder.push(stream.slice(cut), onFrame);
      expect(frames.length).toBe(1);
      for (let n = 2; n <= BODIES.length; n++) {
        decoder.resume(onFrame);
        expect(frames.length).toBe(n);
      }
      expect(frames).toEqual(EXPECTED);
      expect(decoder.buffered).toBe(0);
    }
  });

  test('any mix of chunks, pauses and resumes hands out every frame once, in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 120 }), { maxLength: 30 }),
        fc.infiniteStream(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.nat({ max: 3 }), fc.boolean())),
        (bodies, steps) => {
          const stream = framed(bodies);
          const frames: string[] = [];
          const decoder = new FrameDecoder();
          let beforePause = 0;
          const onFrame = (bytes: Uint8Array, start: number, end: number) => {
            frames.push(toHex(bytes.subarray(start, end)));
            if (beforePause-- === 0) decoder.pause();
          };
          for (let at = 0; at < stream.length; ) {
            const [size, handled, resume] = steps.next().value;
            beforePause = handled;
            if (resume) decoder.resume(onFrame);
            decoder.push(stream.slice(at, at + size), onFrame);
            at += size;
          }
          beforePause = -1;
          decoder.resume(onFrame);
          expect(frames).toEqual(bodies.map(toHex));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('while paused nothing is handed out; a resume inside the handler undoes the pause made there', () => {
    const { frames, onFrame } = collector();
    const decoder = new FrameDecoder();
    decoder.pause();
    decoder.push(framed(BODIES), onFrame);
    expect(frames).toEqual([]);
    decoder.resume((bytes, start, end) => {
      onFrame(bytes, start, end);
      decoder.pause();
      decoder.resume(onFrame);
    });
    expect(frames).toEqual(EXPECTED);
  });

  test('after stop inside the handler nothing more is handed out or kept', () => {
    const { frames, onFrame } = collector();
    const decoder = new FrameDecoder();
    const stopping = (bytes: Uint8Array, start: number, end: number) => {
      onFrame(bytes, start, end);
      decoder.stop();
    };
    decoder.push(framed(BODIES), stopping);
    decoder.push(framed(BODIES), stopping);
    expect(frames.length).toBe(1);
    expect(decoder.buffered).toBe(0);
  });

  test('T11: the first word is shown once, whole or in parts, and may take the stream over', () => {
    const stream = fromHex('72756f6b 0a'); // ruok
    for (let cut = 0; cut <= stream.length; cut++) {
      const words: number[] = [];
      const decoder = new FrameDecoder({ onFirstWord: (word) => words.push(word) > 0 });
      decoder.push(stream.slice(0, cut), () => expect.unreachable());
      decoder.push(stream.slice(cut), () => expect.unreachable());
      expect(words).toEqual([0x72756f6b]);
    }
  });

  test('T11: a first word that is not taken is a length like any other, and no later one is shown', () => {
    const { frames, onFrame } = collector();
    const words: number[] = [];
    const decoder = new FrameDecoder({ onFirstWord: (word) => words.push(word) < 0 });
    decoder.push(framed(BODIES), onFrame);
    expect(words).toEqual([2]);
    expect(frames).toEqual(EXPECTED);
  });

  test('a push inside the handler is refused as a bug', () => {
    const decoder = new FrameDecoder();
    const again = (): void => decoder.push(framed(BODIES), () => {});
    expect(() => decoder.push(framed(BODIES), again)).toThrow(expect.objectContaining({ code: 'INVARIANT' }));
  });
});
