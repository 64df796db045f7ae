/** Who must sign that the audit chain is trusted again. */
import { signatureFits } from '../../kit/signatures.ts';

/** Named here, not by the keys on file: where a key is missing its officer has not signed. */
const OFFICERS = ['SECURITY', 'LEGAL', 'COMPLIANCE'] as const;

export interface SignOff {
  readonly role: string;
  /** Ed25519, base64. */
  readonly signature: string;
}

/** Which sign-offs are those of an officer over `text`, one for each role, and whose are missing. `keys`: public keys by role. */
export function judgeSignOffs(
  keys: ReadonlyMap<string, string>,
  text: string,
  signOffs: readonly SignOff[],
): { readonly fitting: readonly SignOff[]; readonly missing: readonly string[] } {
  const fitting = signOffs.filter(
    ({ role, signature }, i) =>
      signOffs.findIndex((other) => other.role === role) === i && signatureFits(keys.get(role) ?? '', text, signature),
  );
  return { fitting, missing: OFFICERS.filter((role) => !fitting.some((signOff) => signOff.role === role)) };
}
