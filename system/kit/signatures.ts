/** Ed25519 signatures of people and companies, by public keys that a table holds. */
import { createPublicKey, verify } from 'node:crypto';

/**
 * Whether `signature` (base64) was made over `bytes` with the private key of `publicKey` (SPKI DER in base64).
 * A key or signature that cannot be read fits nothing.
 */
export function signatureFits(publicKey: string, bytes: Uint8Array | string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    return verify(null, typeof bytes === 'string' ? Buffer.from(bytes) : bytes, key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}
