import { toyWorld } from '../../../toy-world.ts';

export const world = toyWorld();
