// @ts-check
// Hides the undo bar some seconds after the page was shown. Without script it stays until the next
// page; the server decides either way whether it is still time.

const SHOWN_FOR_MS = 10_000;
const bar = document.querySelector(".undo-bar");

if (bar instanceof HTMLElement) {
  setTimeout(() => {
    if (!bar.contains(document.activeElement)) bar.hidden = true;
  }, SHOWN_FOR_MS);
}

export {};
