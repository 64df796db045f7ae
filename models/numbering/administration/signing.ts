import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** What precedes the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * The private key of an operator or officer, made from its name: the same in every run. The deployment has the public ones
 * (`deployments/numbering/operators.ts`), and a test holds the two together.
 */
export function keyOf(signer: string): KeyObject {
  const seed = createHash('sha256').update(`faultline signer ${signer}`).digest();
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

/** Ed25519 over the bytes, base64. */
export function signedBy(signer: string, bytes: Buffer | string): string {
  return sign(null, Buffer.from(bytes), keyOf(signer)).toString('base64');
}

/** SPKI DER in base64, as the system's tables hold it. */
export function publicKeyOf(signer: string): string {
  return createPublicKey(keyOf(signer)).export({ format: 'der', type: 'spki' }).toString('base64');
}
