/** A key management service: signs with keys that this process never sees. */
import { z } from 'zod';
import { milliseconds, url } from './config.ts';

/** Environment of a process that has things signed. Without an address there is no such service. */
export const kmsConfig = {
  KMS_URL: url(['http', 'https'], 'http://kms:8087').optional(),
  KMS_TIMEOUT_MS: milliseconds(3000),
};

/** The service does not answer, refuses, or is not configured. */
export class KmsAway extends Error {
  override readonly name = 'KmsAway';
}

export class Kms {
  readonly #base: string | undefined;
  readonly #timeoutMs: number;

  constructor(options: { readonly KMS_URL?: string | undefined; readonly KMS_TIMEOUT_MS: number }) {
    this.#base = options.KMS_URL;
    this.#timeoutMs = options.KMS_TIMEOUT_MS;
  }

  /** Ed25519 signature over `text`, base64. @throws KmsAway */
  async sign(key: string, text: string): Promise<string> {
    const body = JSON.stringify({ message: Buffer.from(text).toString('base64') });
    const answer = await this.#ask('POST', `/v1/keys/${key}/sign`, body);
    return z.object({ signature: z.string() }).parse(answer).signature;
  }

  /** SPKI DER in base64. @throws KmsAway */
  async publicKey(key: string): Promise<string> {
    const answer = await this.#ask('GET', `/v1/keys/${key}`);
    return z.object({ publicKey: z.string() }).parse(answer).publicKey;
  }

  async #ask(method: 'GET' | 'POST', path: string, body?: string): Promise<unknown> {
    if (this.#base === undefined) throw new KmsAway('no key management service is configured: set KMS_URL');
    let response: Response;
    try {
      response = await fetch(new URL(path, this.#base), {
        method,
        signal: AbortSignal.timeout(this.#timeoutMs),
        ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
      });
      const text = await response.text();
      if (response.ok) return JSON.parse(text) as unknown;
    } catch (error) {
      throw new KmsAway(`the key management service does not answer ${method} ${path}`, { cause: error });
    }
    throw new KmsAway(`the key management service answered ${response.status} to ${method} ${path}`);
  }
}
