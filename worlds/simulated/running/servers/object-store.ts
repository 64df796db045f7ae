import type { ObjectStoreSpec } from '../../../../contract/index.ts';
import { initialData, objectStoreProgram } from '../../servers/object-store/component.ts';
import type { MakeServer } from './server.ts';

/** An S3 store in this process, with its buckets made. */
export const objectStore: MakeServer<ObjectStoreSpec> = (spec, { simulation, epoch }) => {
  const data = initialData(spec, epoch);
  let requests = 0;
  const count = (): void => {
    requests += 1;
  };
  return {
    programs: { [spec.name]: objectStoreProgram(simulation, spec, data, count) },
    answered: () => requests,
    work: () => ({ objectRequests: requests }),
  };
};
