import { signedBy } from './signing.ts';

/** Whose sign-offs a re-anchoring of the audit trail needs. */
export const OFFICERS = ['SECURITY', 'LEGAL', 'COMPLIANCE'] as const;
export type Officer = (typeof OFFICERS)[number];

/** The text that officers sign, as `system/numbering/README.md` describes it. */
export const anchorText = (incidentId: string): string => JSON.stringify({ action: 're-anchor', incidentId });

export interface SignOff {
  readonly role: Officer;
  /** Ed25519, base64. */
  readonly signature: string;
}

/** Sign-offs in the name of these officers. @param signer who signs in fact */
export function signOffs(
  incidentId: string,
  roles: readonly Officer[],
  signer: (role: Officer) => string = (role) => role,
): readonly SignOff[] {
  const text = anchorText(incidentId);
  return roles.map((role) => ({ role, signature: signedBy(signer(role), text) }));
}
