import { expect, test } from 'vitest';
import { OFFICER_KEYS, OPERATOR_KEYS } from '../../deployments/numbering/operators.ts';
import { publicKeyOf } from '../../models/numbering/administration/signing.ts';

test.each(Object.entries({ ...OPERATOR_KEYS, ...OFFICER_KEYS }))(
  'the deployment knows the public key of %s',
  (name, key) => expect(publicKeyOf(name)).toBe(key),
);
