// What a reader of events wants to know of the system beside the event itself. What nobody demands is not worked out.

/**
 * Bits of a demand. `threads`: who the thread is (all of ThreadInfo but the paths below; containers, users). `descriptors`: what the event works on
 * (`fd`, `fdNum`), the tables of descriptors, and paths that come from them (working directory, root, path of the program). `calls`: how enter and exit
 * belong together (`enter`, `latencyNs`), and the memory figures that calls bring along. `kinds`: as `descriptors`, but files have neither names nor numbers of
 * device and inode, and there are no paths.
 */
export enum DEMAND { threads = 1, descriptors = 2, calls = 4, kinds = 8 }
/** Everything; `kinds` are part of `descriptors`. */
export const ALL = 7;
