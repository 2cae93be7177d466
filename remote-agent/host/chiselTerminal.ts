// What a chisel prints, for a terminal.

/** Colours, clearing and moving within the screen may pass; whatever else steers a terminal may come out of what is watched. */
// eslint-disable-next-line no-control-regex
const STEERING = /\x1b\[(?:[0-9;]*[A-DGHJKfm]|\?25[hl])|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

export function forTerminal(text: string): string { return text.replace(STEERING, (found) => found.length > 1 ? found : '.'); }
