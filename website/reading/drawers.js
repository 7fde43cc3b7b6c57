// On a phone the two lists of contents are drawers (dialogs of the theme): whoever has chosen sees the page, and whoever has
// not is back at the button.
const DRAWERS = { "pst-primary-sidebar-modal": ".primary-toggle", "pst-secondary-sidebar-modal": ".secondary-toggle" };

export function closeOnChoice() {
  for (const [id, toggle] of Object.entries(DRAWERS)) {
    const drawer = document.getElementById(id);
    let chose;
    drawer?.addEventListener("click", ({ target }) => {
      chose = Boolean(target.closest("a[href]"));
      if (chose) drawer.close();
    });
    drawer?.addEventListener("close", () => {
      if (!chose) document.querySelector(toggle)?.focus();
      chose = false;
    });
  }
}
