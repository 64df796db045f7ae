import { S3Client } from '@aws-sdk/client-s3';
import type { Credentials } from '../signature.ts';
import type { Step } from './sessions.ts';

/** A client as a service makes it, without retries. */
export function client(endpoint: string, { accessKey, secretKey }: Credentials): S3Client {
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    requestHandler: { requestTimeout: 5000 },
  });
}

/** What is another one each time. */
const VARIES = new Set(['$metadata', 'UploadId', 'LastModified', 'Initiated', 'NextContinuationToken', 'Location']);
/**
 * Who owns it, which the two say by their own names; what one of them echoes or adds unasked: a checksum of uploads in
 * parts, tokens, and names of AWS's own.
 */
const APART = new Set([
  'Owner',
  'Initiator',
  'BucketRegion',
  'BucketArn',
  'AccessPointAlias',
  'ContinuationToken',
  'ChecksumCRC64NVME',
]);
/** versitygw writes elements of requests without a value as empty ones, or as `null`. */
const absent = (value: unknown): boolean => value === undefined || value === '' || value === 'null';

/** Plays a session; what each step saw, as text that two stores can be compared by. */
export async function play(session: readonly Step[], at: S3Client): Promise<readonly string[]> {
  const told = new Map<string, string>();
  const seen: string[] = [];
  for (const step of session) {
    const saw = await step(at, told).then(
      (answer) => normalized(answer),
      (error: Error & { $metadata?: { httpStatusCode?: number } }) =>
        `${error.name} ${error.$metadata?.httpStatusCode}`,
    );
    seen.push(`${seen.length}: ${typeof saw === 'string' ? saw : JSON.stringify(saw)}`);
  }
  return seen;
}

function normalized(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalized);
  if (value instanceof Date) return 'a date';
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, each]) => !absent(each) && !APART.has(name))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, VARIES.has(name) ? 'varies' : normalized(each)]),
  );
}
