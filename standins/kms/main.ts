/** A service that keeps keys and signs with them; answers with errors when it is told to: see ../README.md. */
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import fastify from 'fastify';
import { z } from 'zod';

const { HTTP_PORT = '8087' } = process.env;
/** What precedes the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

const answerSchema = z.object({
  status: z.number().int().min(400).max(599),
  code: z.string().regex(/^\w+$/),
  methods: z.array(z.string()).optional(),
});
const state: { answer: z.infer<typeof answerSchema> | null; refused: number; forwarded: number } = {
  answer: null,
  refused: 0,
  forwarded: 0,
};

/** The same key for a name in every life: a stand-in has nothing to protect. */
function keyOf(name: string): KeyObject {
  const seed = createHash('sha256').update(`kms key ${name}`).digest();
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

const app = fastify();
app.get('/health/live', async () => ({ status: 'ok' }));
app.get('/v1/control/answer', async () => state);
app.put('/v1/control/answer', async (request, reply) => {
  state.answer = answerSchema.parse(request.body);
  return reply.code(204).send();
});
app.delete('/v1/control/answer', async (_request, reply) => {
  state.answer = null;
  return reply.code(204).send();
});

app.register(async (keys) => {
  keys.addHook('onRequest', async (request, reply) => {
    const { answer } = state;
    if (answer === null || (answer.methods !== undefined && !answer.methods.includes(request.method))) {
      state.forwarded += 1;
      return;
    }
    state.refused += 1;
    await reply.code(answer.status).send({ code: answer.code });
  });
  keys.get<{ Params: { key: string } }>('/v1/keys/:key', async ({ params: { key } }) => ({
    keyId: key,
    publicKey: createPublicKey(keyOf(key)).export({ format: 'der', type: 'spki' }).toString('base64'),
  }));
  keys.post<{ Params: { key: string } }>('/v1/keys/:key/sign', async ({ params: { key }, body }) => {
    const { message } = z.object({ message: z.base64() }).parse(body);
    return { keyId: key, signature: sign(null, Buffer.from(message, 'base64'), keyOf(key)).toString('base64') };
  });
});

process.on('SIGTERM', () => {
  void app.close().then(() => process.exit(0));
});
await app.listen({ host: '0.0.0.0', port: Number(HTTP_PORT) });
