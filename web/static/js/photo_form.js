// @ts-check
// Shows the chosen photos and how much of them has gone out. The form works without it.

const form = document.querySelector("form[data-photo-form]");
const files = form?.querySelector("input[type=file]");
const preview = form?.querySelector(".photo-preview");
const status = form?.querySelector(".photo-progress");

/** @param {HTMLInputElement} input @param {HTMLElement} list */
function show(input, list) {
  const chosen = [...(input.files ?? [])];
  for (const old of list.querySelectorAll("img")) URL.revokeObjectURL(old.src);
  list.replaceChildren(
    ...chosen.map((file) => {
      const item = document.createElement("li");
      const image = new Image();
      image.onerror = () => item.remove(); // a kind this browser cannot draw is sent all the same
      image.src = URL.createObjectURL(file);
      item.append(image);
      return item;
    }),
  );
  list.hidden = !chosen.length;
}

/** @param {HTMLFormElement} sent @param {HTMLElement} box */
function send(sent, box) {
  const bar = box.querySelector("progress");
  const words = box.querySelector("p");
  const button = sent.querySelector("button");
  if (!bar || !words || !button) return;
  const request = new XMLHttpRequest();
  const fail = () => {
    words.textContent = box.dataset.notSent ?? "";
    bar.hidden = true;
    button.disabled = false;
  };
  request.open("POST", sent.action);
  request.upload.onprogress = (event) => {
    if (event.lengthComputable) bar.value = event.loaded / event.total;
  };
  request.onerror = fail;
  request.onload = () => {
    if (request.status === 200) return location.assign(request.responseURL);
    document.open(); // a page of errors: its form has the fields as they were filled in
    document.write(request.responseText);
    document.close();
  };
  box.hidden = bar.hidden = false;
  bar.value = 0;
  words.textContent = box.dataset.sending ?? "";
  button.disabled = true;
  request.send(new FormData(sent));
}

if (
  form instanceof HTMLFormElement &&
  files instanceof HTMLInputElement &&
  preview instanceof HTMLElement &&
  status instanceof HTMLElement
) {
  files.addEventListener("change", () => show(files, preview));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, status);
  });
}
