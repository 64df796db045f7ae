/** Something that a world needs and this machine lacks. Its message ends with the command that mends it, and is said without a stack. */
export class Unready extends Error {}
