/** The public face of Faultline: what scenario, model and deployment files import from `faultline`. */
export * from './contract/index.ts';
export * from './faults/index.ts';
export * from './models/probes/index.ts';
