// Types of build.mjs, for the tests that run the command.

/** Bundles the agent (main.cjs and chiselProcess.cjs) into a folder that is there. */
export declare function agentBundle(folder: string): Promise<void>;
