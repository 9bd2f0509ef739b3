/** As the system has it, or as the person has chosen on this machine. */
export type Theme = "system" | "light" | "dark";

const KEY = "vedette-theme";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];

export function chosenTheme(): Theme {
  try {
    const held = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === held) ?? "system";
  } catch {
    return "system";
  }
}

export function applyTheme(theme: Theme): void {
  const { documentElement } = document;
  if (theme === "system") delete documentElement.dataset["theme"];
  else documentElement.dataset["theme"] = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // It holds for this visit.
  }
}
