// Types of build.mjs, for the tests that run the command.

/** Makes the command alone in a folder that is there: porthole, and its bundles in agent/. */
export declare function buildCommand(folder: string): Promise<void>;
