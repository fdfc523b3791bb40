import { Transform } from 'node:stream';

/** How the bytes of a list become text. */
type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** So many bytes are looked at before an encoding without a BOM is decided. */
const LOOKED_AT = 64 * 1024;

/**
 * Turns bytes into text without a BOM: UTF-8 and UTF-16 by their BOM, UTF-16 without one by its NULs, and what is no
 * UTF-8 as Windows-1252 (what spreadsheets save as "CSV").
 */
export function decodeText(): Transform {
  let held: Buffer[] = [];
  let size = 0;
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  const begin = (isEnd: boolean): string => {
    const head = Buffer.concat(held);
    held = [];
    const encoding = encodingOf(head, isEnd);
    decoder = new TextDecoder(encoding, { fatal: encoding === 'utf-8' });
    return decode(head);
  };
  /** What turns out to be no UTF-8 further on was Windows-1252 all along: so far its bytes were those of both. */
  const decode = (chunk: Buffer): string => {
    try {
      return decoder?.decode(chunk, { stream: true }) ?? '';
    } catch {
      decoder = new TextDecoder('windows-1252');
      return decoder.decode(chunk, { stream: true });
    }
  };
  /** A character that is cut off at the end of the list is no reason to fail. */
  const ending = (): string => {
    try {
      return decoder?.decode() ?? '';
    } catch {
      return '\ufffd';
    }
  };
  return new Transform({
    readableObjectMode: false,
    decodeStrings: true,
    transform(chunk: Buffer, _encoding, done) {
      if (decoder !== null) return done(null, decode(chunk));
      held.push(chunk);
      size += chunk.length;
      done(null, size < LOOKED_AT ? '' : begin(false));
    },
    flush(done) {
      const rest = decoder === null ? begin(true) : '';
      done(null, rest + ending());
    },
  });
}

function encodingOf(head: Buffer, isWhole: boolean): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  if (head.length >= 4 && head[1] === 0 && head[3] === 0) return 'utf-16le';
  if (head.length >= 4 && head[0] === 0 && head[2] === 0) return 'utf-16be';
  try {
    // A character may be cut in two at the end of what was looked at.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: !isWhole });
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}
