/** On every container, network and volume of a run: its id. Nothing without it is ever touched. */
export const RUN_LABEL = 'org.faultline.run';
/** Compose's own: the service, which here is the instance's name. */
export const SERVICE_LABEL = 'com.docker.compose.service';
export const PROJECT_LABEL = 'com.docker.compose.project';
/** Compose projects of this world; one that somebody brings up by hand has another name. */
export const PROJECT_PREFIX = 'faultline-';
