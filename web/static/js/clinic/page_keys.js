// Single keys on the page of a child: J next, K previous, R reviewed, ? which keys there are.
// They do nothing while somebody types, and can be turned off on this device.

const OFF = "sirolog.single-keys-off";

/** @param {EventTarget | null} target */
function types(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** @param {KeyboardEvent} event */
function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || types(event.target)) return;
  if (event.key === "?") return showKeys();
  if (localStorage.getItem(OFF) !== null || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  const wanted = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!(wanted instanceof HTMLElement)) return;
  event.preventDefault();
  wanted.click();
}

function showKeys() {
  const dialog = document.getElementById("keys");
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

/** The box that turns single keys off; "?" and the button beside the drawing always work. */
function rememberChoice() {
  const box = document.getElementById("single-keys");
  if (!(box instanceof HTMLInputElement)) return;
  box.checked = localStorage.getItem(OFF) === null;
  box.addEventListener("change", () => {
    if (box.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
}

/** @param {HTMLElement} button */
async function copyLink(button) {
  await navigator.clipboard.writeText(window.location.href);
  const before = button.textContent;
  button.textContent = button.dataset.done ?? before;
  setTimeout(() => {
    button.textContent = before;
  }, 2000);
}

/** @param {string} selector @param {(button: HTMLElement) => void} act */
function offer(selector, act) {
  for (const button of document.querySelectorAll(selector)) {
    if (!(button instanceof HTMLElement)) continue;
    button.hidden = false;
    button.addEventListener("click", () => act(button));
  }
}

document.addEventListener("keydown", press);
rememberChoice();
offer("[data-show-keys]", showKeys);
offer("[data-print]", () => window.print());
if (navigator.clipboard) offer("[data-copy-link]", (button) => void copyLink(button));
