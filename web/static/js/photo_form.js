// @ts-check
// Shows the chosen photos, then how much has gone out. The form works without it.

const form = document.querySelector("form[data-photo-form]");
const input = form?.querySelector("input[type=file]");
const list = form?.querySelector("ul.photo-preview");
const box = form?.querySelector("div.photo-progress");
const words = box?.querySelector("p");
const sending = words?.textContent ?? "";
const bar = box?.querySelector("progress");
const button = form?.querySelector("button");

/** @param {File} file */
function preview(file) {
  const item = document.createElement("li");
  const image = new Image();
  image.onload = () => URL.revokeObjectURL(image.src);
  image.onerror = () => item.remove(); // a kind that only the server can read
  image.src = URL.createObjectURL(file);
  item.append(image);
  return item;
}

if (
  form instanceof HTMLFormElement &&
  input instanceof HTMLInputElement &&
  list instanceof HTMLElement &&
  box instanceof HTMLElement &&
  words && bar && button
) {
  input.onchange = () => {
    list.replaceChildren(...Array.from(input.files ?? [], preview));
    list.hidden = !input.files?.length;
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.onprogress = (sent) => {
      bar.value = sent.loaded / (sent.total || 1);
    };
    request.onerror = () => {
      words.textContent = box.dataset.notSent ?? "";
      bar.hidden = true;
      button.disabled = false;
    };
    request.onload = () => {
      if (request.status === 200) return location.assign(request.responseURL);
      document.open(); // the form again, with what is wrong
      document.write(request.responseText);
      document.close();
    };
    request.send(new FormData(form));
    words.textContent = sending;
    box.hidden = bar.hidden = false;
    button.disabled = true;
  };
}
