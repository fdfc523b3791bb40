import { isAscii, isUtf8 } from 'node:buffer';
import { Transform } from 'node:stream';

/** Turns the next bytes into UTF-8; the last call of all says so. */
type Convert = (bytes: Buffer, isLast: boolean) => Buffer;

/** So many bytes are looked at before the encoding is decided. */
const LOOKED_AT = 64 * 1024;

/**
 * Turns the bytes of a list into UTF-8 without a BOM: UTF-8 and UTF-16 are known by their BOM, UTF-16 without one by its NULs, and
 * what is no UTF-8 is Windows-1252 (what spreadsheets save as "CSV"). Its first chunk is the whole list, or 64 KiB and more of it.
 */
export function decodeText(): Transform {
  let held: Buffer[] = [];
  let size = 0;
  let convert: Convert | null = null;
  const begin = (isWhole: boolean): Buffer => {
    const head = Buffer.concat(held);
    held = [];
    convert = converterFor(head);
    return convert(head, isWhole);
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (convert !== null) return done(null, convert(chunk, false));
      held.push(chunk);
      size += chunk.length;
      done(null, size < LOOKED_AT ? null : begin(false));
    },
    flush(done) {
      done(null, convert === null ? begin(true) : convert(Buffer.alloc(0), true));
    },
  });
}

function converterFor(head: Buffer): Convert {
  if (head[0] === 0xff && head[1] === 0xfe) return decoded('utf-16le');
  if (head[0] === 0xfe && head[1] === 0xff) return decoded('utf-16be');
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return decoded('utf-8');
  if (head.length >= 4 && head[1] === 0 && head[3] === 0) return decoded('utf-16le');
  if (head.length >= 4 && head[0] === 0 && head[2] === 0) return decoded('utf-16be');
  return utf8UnlessWrong();
}

function decoded(encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'): Convert {
  const decoder = new TextDecoder(encoding);
  return (bytes, isLast) => Buffer.from(decoder.decode(bytes, { stream: !isLast }));
}

/** Passes UTF-8 on. A list that was plain ASCII until its first wrong byte is Windows-1252; in one that was not, the byte is damage. */
function utf8UnlessWrong(): Convert {
  let cut: Buffer = Buffer.alloc(0);
  let wasAscii = true;
  let other: Convert | null = null;
  return (bytes, isLast) => {
    if (other !== null) return other(bytes, isLast);
    const all = cut.length === 0 ? bytes : Buffer.concat([cut, bytes]);
    const whole = isLast ? all : all.subarray(0, endOfCharacters(all));
    if (!isUtf8(whole)) {
      other = decoded(wasAscii ? 'windows-1252' : 'utf-8');
      return other(all, isLast);
    }
    wasAscii &&= isAscii(whole);
    cut = all.subarray(whole.length);
    return whole;
  };
}

/** Where the last character that is not cut in two ends. */
function endOfCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    // The first byte of a character tells its length.
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
