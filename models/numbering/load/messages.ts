import { randomUUID } from 'node:crypto';
import type { Clients } from '../clients/clients.ts';
import { ORCHESTRATOR, send } from '../clients/tenant-calls.ts';
import type { Inventory } from '../numbers.ts';

/** Tenants send messages from what they lease, to the orchestrator itself. */
export class MessageLoad {
  readonly #clients: Clients;
  readonly #leased: Inventory['leased'];
  readonly #random: () => number;

  constructor(clients: Clients, leased: Inventory['leased'], random: () => number) {
    this.#clients = clients;
    this.#leased = leased;
    this.#random = random;
  }

  async arrive(): Promise<void> {
    const lease = this.#leased[Math.floor(this.#random() * this.#leased.length)];
    if (lease === undefined) throw new Error('the inventory has no lease to send from');
    await this.#clients.call('messages', send(lease.tenantId, lease, randomUUID()), { service: ORCHESTRATOR });
  }
}
