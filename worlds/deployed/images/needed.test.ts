import { expect, test } from 'vitest';
import { images } from './images.ts';
import { neededImages } from './needed.ts';

test('all images of the compose file are needed, but the load generator', () => {
  expect(neededImages(false)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^postgres:/),
      expect.stringMatching(/^redis:/),
      expect.stringMatching(/^nats:/),
      expect.stringMatching(/pgbouncer:/),
      expect.stringMatching(/versitygw:/),
      expect.stringMatching(/toxiproxy:/),
      expect.stringMatching(/prometheus:/),
      'faultline/service:local',
    ]),
  );
  expect(neededImages(false)).toHaveLength(8);
});

// images.ts asks for this platform's Node, which npm has for Linux.
test.skipIf(process.platform !== 'linux')('npm run images makes each substitute', () => {
  const needed = neededImages(true);
  expect(needed).toHaveLength(8);
  const made = images(false).map(({ tag }) => tag);
  expect(needed.filter((tag) => !made.includes(tag))).toEqual([]);
});
