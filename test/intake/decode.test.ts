import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';

import { decodeText } from '../../src/intake/decode.ts';

const TEXT = 'iccid,name\n1,Müller';
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

async function decoded(bytes: Buffer, chunk: number): Promise<string> {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunk) chunks.push(bytes.subarray(at, at + chunk));
  return (await buffer(Readable.from(chunks).pipe(decodeText()))).toString();
}

describe('text comes out the same whatever encoded it, and never with a BOM', () => {
  const encoded: readonly (readonly [string, Buffer])[] = [
    ['UTF-8', Buffer.from(TEXT)],
    ['UTF-8 with a BOM', Buffer.from(`\ufeff${TEXT}`)],
    ['UTF-16 LE with a BOM', utf16(`\ufeff${TEXT}`)],
    ['UTF-16 BE with a BOM', utf16(`\ufeff${TEXT}`).swap16()],
    ['UTF-16 LE without a BOM', utf16(TEXT)],
    ['UTF-16 BE without a BOM', utf16(TEXT).swap16()],
    ['Windows-1252', Buffer.from(TEXT, 'latin1')],
  ];

  test.each(encoded)('%s', async (_name, bytes) => {
    const texts = await Promise.all([1, 3, 1000].map((chunk) => decoded(bytes, chunk)));

    expect(texts).toEqual([TEXT, TEXT, TEXT]);
  });

  test('the signs that Windows-1252 has and Latin-1 has not', async () => {
    expect(await decoded(Buffer.from([0x80, 0x20, 0x96, 0x20, 0x84]), 2)).toBe('€ – „');
  });

  test('a character cut in two where the encoding is decided', async () => {
    const text = `${'x'.repeat(64 * 1024 - 1)}ü${'y'.repeat(10)}`;

    const [whole, pieces] = await Promise.all([decoded(Buffer.from(text), 64 * 1024), decoded(Buffer.from(text), 1000)]);

    expect(whole === text && pieces === text).toBe(true);
  });

  test('no bytes are no text', async () => {
    expect(await decoded(Buffer.alloc(0), 1)).toBe('');
  });
});
