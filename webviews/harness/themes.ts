// The variables of VS Code's own themes that the page reads, so that the harness looks as the editor does.
import type { ThemeKind } from '../base/palette.ts';

const CLASS: Readonly<Record<ThemeKind, string>> = { dark: 'vscode-dark', light: 'vscode-light', hcDark: 'vscode-high-contrast', hcLight: 'vscode-high-contrast vscode-high-contrast-light' };
const VARIABLES: Readonly<Record<ThemeKind, Readonly<Record<string, string>>>> = {
  dark: {
    'editor-background': '#1f1f1f', 'editor-foreground': '#cccccc', foreground: '#cccccc', descriptionForeground: '#9d9d9d', focusBorder: '#0078d4', 'panel-border': '#2b2b2b', 'input-background': '#313131', 'input-border': '#3c3c3c',
    'symbolIcon-fieldForeground': '#75beff', 'debugTokenExpression-name': '#c586c0', 'debugTokenExpression-string': '#ce9178', 'debugTokenExpression-number': '#b5cea8', 'debugTokenExpression-boolean': '#4e94ce', 'editorCursor-foreground': '#aeafad', 'input-foreground': '#cccccc', 'input-placeholderForeground': '#989898', 'button-background': '#0078d4', 'button-foreground': '#ffffff', 'button-secondaryBackground': '#313131', 'button-secondaryForeground': '#cccccc', 'dropdown-background': '#313131', 'dropdown-foreground': '#cccccc',
    'list-hoverBackground': '#2a2d2e', 'list-activeSelectionBackground': '#04395e', 'list-activeSelectionForeground': '#ffffff', 'list-inactiveSelectionBackground': '#37373d', 'editorHoverWidget-background': '#202020', 'editorHoverWidget-border': '#454545', 'editorSuggestWidget-background': '#202020',
  },
  light: {
    'editor-background': '#ffffff', 'editor-foreground': '#3b3b3b', foreground: '#3b3b3b', descriptionForeground: '#616161', focusBorder: '#005fb8', 'panel-border': '#e5e5e5', 'input-background': '#ffffff', 'input-border': '#cecece',
    'symbolIcon-fieldForeground': '#007acc', 'debugTokenExpression-name': '#9b46b0', 'debugTokenExpression-string': '#a31515', 'debugTokenExpression-number': '#098658', 'debugTokenExpression-boolean': '#0000ff', 'editorCursor-foreground': '#000000', 'input-foreground': '#3b3b3b', 'input-placeholderForeground': '#767676', 'button-background': '#005fb8', 'button-foreground': '#ffffff', 'button-secondaryBackground': '#e5e5e5', 'button-secondaryForeground': '#3b3b3b', 'dropdown-background': '#ffffff', 'dropdown-foreground': '#3b3b3b',
    'list-hoverBackground': '#f2f2f2', 'list-activeSelectionBackground': '#e8e8e8', 'list-activeSelectionForeground': '#000000', 'list-inactiveSelectionBackground': '#e4e6f1', 'editorHoverWidget-background': '#f8f8f8', 'editorHoverWidget-border': '#c8c8c8', 'editorSuggestWidget-background': '#f8f8f8',
    'editorSuggestWidget-selectedBackground': '#0060c0', 'editorSuggestWidget-selectedForeground': '#ffffff',
  },
  hcDark: {
    'editor-background': '#000000', 'editor-foreground': '#ffffff', foreground: '#ffffff', descriptionForeground: '#ffffff', focusBorder: '#f38518', contrastBorder: '#6fc3df', contrastActiveBorder: '#f38518', 'panel-border': '#6fc3df', 'input-background': '#000000', 'input-border': '#6fc3df',
    'symbolIcon-fieldForeground': '#ffffff', 'debugTokenExpression-name': '#ffffff', 'debugTokenExpression-string': '#f48771', 'debugTokenExpression-number': '#89d185', 'debugTokenExpression-boolean': '#75bdfe', 'editorCursor-foreground': '#ffffff', 'input-foreground': '#ffffff', 'button-background': '#000000', 'button-foreground': '#ffffff', 'button-secondaryBackground': '#000000', 'button-secondaryForeground': '#ffffff', 'dropdown-background': '#000000', 'list-hoverBackground': '#1a1a1a', 'list-activeSelectionBackground': '#000000', 'list-inactiveSelectionBackground': '#1a1a1a', 'editorHoverWidget-background': '#0c141f', 'editorSuggestWidget-background': '#0c141f',
  },
  hcLight: {
    'editor-background': '#ffffff', 'editor-foreground': '#292929', foreground: '#292929', descriptionForeground: '#292929', focusBorder: '#006bbd', contrastBorder: '#0f4a85', contrastActiveBorder: '#006bbd', 'panel-border': '#0f4a85', 'input-background': '#ffffff', 'input-border': '#0f4a85',
    'symbolIcon-fieldForeground': '#292929', 'debugTokenExpression-name': '#292929', 'debugTokenExpression-string': '#a31515', 'debugTokenExpression-number': '#098658', 'debugTokenExpression-boolean': '#0000ff', 'editorCursor-foreground': '#0f4a85', 'input-foreground': '#292929', 'button-background': '#ffffff', 'button-foreground': '#292929', 'button-secondaryBackground': '#ffffff', 'button-secondaryForeground': '#292929', 'dropdown-background': '#ffffff', 'list-hoverBackground': '#f0f0f0', 'list-activeSelectionBackground': '#ffffff', 'list-activeSelectionForeground': '#292929', 'list-inactiveSelectionBackground': '#f0f0f0', 'editorHoverWidget-background': '#ffffff', 'editorSuggestWidget-background': '#ffffff',
  },
};

/** Puts a theme on the page as VS Code does: a class on the body, variables on the root. */
export function applyTheme(kind: ThemeKind): void {
  const { style } = document.documentElement;
  for (const names of Object.values(VARIABLES)) for (const name of Object.keys(names)) style.removeProperty(`--vscode-${name}`);
  for (const [name, value] of Object.entries(VARIABLES[kind])) style.setProperty(`--vscode-${name}`, value);
  document.body.className = CLASS[kind];
}
