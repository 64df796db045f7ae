import { expect, test } from 'vitest';
import type { ComponentSpec, Deployment } from '../../contract/index.ts';
import { deploymentFor } from './deployment.ts';

const deployment: Deployment = {
  system: 'numbering',
  rules: [],
  components: [
    { kind: 'redis', name: 'redis', port: 6379, config: {}, persistent: false, dependsOn: [] },
    { kind: 'redis', name: 'other', port: 6379, config: {}, persistent: false, dependsOn: [] },
    service('numbering-service', ['redis']),
    service('numbering-jobs-cleanup', [], 'numbering-jobs'),
    service('numbering-jobs-sweep', [], 'numbering-jobs'),
    { ...service('numbering-jobs-listener', [], 'numbering-jobs'), onlyWith: ['other'] },
    { ...service('talker', []), envWith: { other: { B: '3', C: '4' } } } as ComponentSpec,
  ],
};
const row = { id: 'NUM-03', place: 'numbering.yaml:1:1' };

test('a row gets what it needs and what that depends on', () => {
  expect(names(['numbering-service', 'prometheus'])).toEqual(['redis', 'numbering-service']);
});

test('a need that is a whole gets its parts', () => {
  expect(names(['numbering-jobs'])).toEqual(['numbering-jobs-cleanup', 'numbering-jobs-sweep']);
});

test('a part that is of use with another component only comes with that', () => {
  expect(names(['numbering-jobs', 'other'])).toContain('numbering-jobs-listener');
});

test('further environment applies where the other component is deployed', () => {
  const talker = (needs: readonly string[]): ComponentSpec | undefined =>
    deploymentFor({ ...row, needs }, deployment).components.at(-1);
  expect(talker(['talker'])).toMatchObject({ env: { B: '2' } });
  expect(talker(['talker', 'other'])).toMatchObject({ env: { B: '3', C: '4' } });
});

test('a need that is not deployed is an error that names the row and what there is', () => {
  expect(() => names(['moon'])).toThrow(
    'numbering.yaml:1:1: NUM-03 needs moon, which deployments/numbering.ts does not have (it has redis,',
  );
});

test('a scenario may give a service other environment, and only a service', () => {
  const chosen = deploymentFor({ ...row, needs: ['numbering-service'] }, deployment, {
    'numbering-service': { A: '1' },
  });
  expect(chosen.components.at(-1)).toMatchObject({ name: 'numbering-service', env: { A: '1', B: '2' } });
  expect(() => deploymentFor({ ...row, needs: ['redis'] }, deployment, { redis: { A: '1' } })).toThrow(
    'expected a service, found a redis',
  );
});

function names(needs: readonly string[]): readonly string[] {
  return deploymentFor({ ...row, needs }, deployment).components.map(({ name }) => name);
}

function service(name: string, dependsOn: readonly string[], partOf?: string): ComponentSpec {
  const http = { port: 80, healthPath: '/' };
  return {
    kind: 'service',
    name,
    dependsOn,
    instances: 1,
    entry: 'a.ts',
    env: { B: '2' },
    safeguards: [],
    http,
    ...(partOf === undefined ? {} : { partOf }),
  };
}
