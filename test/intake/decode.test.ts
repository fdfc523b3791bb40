import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';

import { decodeText } from '../../src/intake/decode.ts';
import { A, B, C, listOf, readAll } from './read.ts';

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

describe('in a list', () => {
  test('Windows-1252 with its first umlaut behind 64 KiB', async () => {
    const bytes = Buffer.from(`iccid,note\n${`${A},x\n`.repeat(4000)}${B},Müller\n`, 'latin1');

    const { rows } = await readAll(listOf(bytes, 64 * 1024));

    expect(rows.at(-1)?.cells).toEqual([B, 'Müller']);
  });

  test('a Windows-1252 letter at the very end of a chunk is kept', async () => {
    const before = `iccid,note\n${`${A},x\n`.repeat(3000)}`;
    const bytes = Buffer.from(`${before}Käfer,x\n`, 'latin1');

    const { rows } = await readAll(listOf(bytes, before.length + 2));

    expect(rows.at(-1)?.cells).toEqual(['Käfer', 'x']);
  });

  test('a wrong byte in a list that was UTF-8 so far leaves the other letters alone', async () => {
    const text = Buffer.from(`iccid,note\n${`${A},Müller\n`.repeat(3000)}`);
    const damaged = Buffer.concat([text, Buffer.from(`${B},S`), Buffer.of(0xff), Buffer.from(`hne\n${C},Jörg\n`)]);

    const { rows } = await readAll(listOf(damaged, text.length));

    expect(rows.slice(-3).map(({ cells }) => cells[1])).toEqual(['Müller', 'S\ufffdhne', 'Jörg']);
  });
});
