// Bits of a thread's flags, as clone events and captures hold them.
export const CLONE_FILES = 1, CLONE_PARENT = 0x100, CLONE_THREAD = 0x2000, CLONE_INVERTED = 0x10000, CLONE_CHILD_IN_PIDNS = 0x20000000;
