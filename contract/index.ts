export * from './deployment.ts';
export type * from './fault.ts';
export type * from './history.ts';
export type * from './link.ts';
export * from './sabotage.ts';
export * from './scenario.ts';
export * from './time.ts';
export * from './verdict.ts';
export type * from './world.ts';
