// Types of demo.mjs.

/** Builds the images that are missing and starts the containers. Throws with what to do where something is missing. */
export function demoUp(): void;
/** Removes containers, network and, unless kept, images. */
export function demoDown(options?: { keepImages?: boolean }): void;
