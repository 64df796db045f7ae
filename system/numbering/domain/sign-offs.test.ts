import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { judgeSignOffs } from './sign-offs.ts';

const officers = ['SECURITY', 'LEGAL', 'COMPLIANCE'].map((role) => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    role,
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    signature: sign(null, Buffer.from('text'), privateKey).toString('base64'),
  };
});
const keys = new Map(officers.map(({ role, publicKey }) => [role, publicKey]));
const signOffs = officers.map(({ role, signature }) => ({ role, signature }));

test('all three officers have signed', () => {
  expect(judgeSignOffs(keys, 'text', signOffs)).toEqual({ fitting: signOffs, missing: [] });
});

test.each([
  ['did not sign', keys, signOffs.slice(0, 2)],
  [
    'signed another text',
    keys,
    [...signOffs.slice(0, 2), { role: 'COMPLIANCE', signature: signOffs[0]?.signature ?? '' }],
  ],
  ['has no key on file', new Map([...keys].slice(0, 2)), signOffs],
  ['has no key on file, and did not sign', new Map([...keys].slice(0, 2)), signOffs.slice(0, 2)],
])('an officer is missing who %s', (_, onFile, given) => {
  expect(judgeSignOffs(onFile, 'text', given)).toEqual({ fitting: signOffs.slice(0, 2), missing: ['COMPLIANCE'] });
});
