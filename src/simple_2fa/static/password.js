// 'Show password', for all passwords of its form. Sent as passwords: browsers remember what was typed as text.

export function showPasswords() {
  for (const button of document.querySelectorAll("[data-show]")) {
    const fields = button.form.querySelectorAll("[type=password]");
    const show = (shown) => {
      for (const field of fields) field.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", shown);
    };
    button.hidden = false;
    button.addEventListener("click", () => show(button.getAttribute("aria-pressed") === "false"));
    button.form.addEventListener("submit", () => show(false));
  }
}
