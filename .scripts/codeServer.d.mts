// Types of codeServer.mjs, for the end-to-end tests.
export interface CodeServerOptions {
  /** Folder for its data, made when missing. */
  readonly root: string;
  readonly vsix?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly onSpawn?: (pid: number) => void;
  readonly env?: Readonly<Record<string, string>>;
}
export interface CodeServer {
  readonly url: string;
  readonly root: string;
  readonly pid: number;
  log(): string;
  address(workspace: string, payload?: readonly (readonly [string, string])[]): string;
  onExit(listener: (code: number | null) => void): void;
  stop(): Promise<void>;
}
export declare function startCodeServer(options: CodeServerOptions): Promise<CodeServer>;
