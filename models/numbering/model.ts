import type { Load, Stage, SystemModel } from '../../contract/index.ts';
import { validate } from './clients/call.ts';
import { clientsOf } from './clients/clients.ts';
import { collect } from './collect.ts';
import { arrivals } from './load/arrivals.ts';
import type { Gate } from './load/arrivals.ts';
import { MessageLoad } from './load/messages.ts';
import { LOAD_OPTIONS, setOption } from './load/options.ts';
import { ReservationLoad } from './load/reservations.ts';
import { inventoryOf } from './numbers.ts';

/** Tenants of numbering-service: they validate their leases, and reserve, lease and give back numbers. */
export const model: SystemModel = { system: 'numbering', start, collect };

async function start(stage: Omit<Stage, 'load'>, chosen: Parameters<SystemModel['start']>[1]): Promise<Load> {
  const { clock } = stage.running;
  const options = { ...LOAD_OPTIONS };
  for (const [name, value] of Object.entries(chosen)) setOption(options, name, value);
  const gate: Gate = { paused: false, ended: false };
  const clients = clientsOf(stage);
  const { leased, load: numbers } = await inventoryOf(stage.running);

  const pick = stage.random('numbering.validations');
  let validations = 0;
  const validateOne = async (): Promise<void> => {
    const lease = leased[Math.floor(pick() * leased.length)];
    if (lease === undefined) throw new Error('the inventory has no lease to validate');
    const { tenantId, kind, value } = lease;
    const via = validations++ % 2 === 0 ? 'http' : 'grpc';
    await clients.call(`validations-${via}`, validate(tenantId, { kind, value }), { via });
  };
  const reservations = new ReservationLoad(stage, clients, options, gate, numbers);

  const stream = (name: string, rate: () => number, arrive: () => Promise<void>): void =>
    void arrivals(clock, gate, stage.random(`numbering.arrivals.${name}`), rate, arrive);
  stream('validations', () => options.validationsPerSecond, validateOne);
  stream(
    'reservations',
    () => options.reservationsPerSecond,
    () => reservations.arrive(),
  );

  const messages = new MessageLoad(clients, leased, stage.random('numbering.messages'));
  stream(
    'messages',
    () => options.messagesPerSecond,
    () => messages.arrive(),
  );

  return {
    pause: async () => {
      gate.paused = true;
    },
    resume: () => {
      gate.paused = false;
    },
    set: (option, value) => setOption(options, option, value),
    [Symbol.asyncDispose]: async () => {
      gate.ended = true;
      await clients.close();
    },
  };
}
