import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { signatureFits } from './signatures.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const signature = sign(null, Buffer.from('text'), privateKey).toString('base64');

describe('an Ed25519 signature', () => {
  test('fits what was signed', () => {
    expect(signatureFits(key, 'text', signature)).toBe(true);
    expect(signatureFits(key, Buffer.from('text'), signature)).toBe(true);
  });

  test.each([
    ['other bytes', key, 'texts', signature],
    ['another key', 'MCowBQYDK2VwAyEAATUqOw==', 'text', signature],
    ['no signature', key, 'text', ''],
    ['no base64', key, 'text', '%%'],
  ])('does not fit %s', (_, withKey, bytes, given) => {
    expect(signatureFits(withKey, bytes, given)).toBe(false);
  });
});
