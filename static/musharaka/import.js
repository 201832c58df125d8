// The import screen works without this: it only shows how far a file is, and lets one be dropped.
for (const form of document.querySelectorAll("form[data-import]")) {
  const input = form.querySelector("input[type=file]");
  const drop = input?.closest(".m-drop");
  const status = form.querySelector("[data-progress]");

  for (const name of ["dragenter", "dragover"]) {
    drop?.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("is-over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    drop?.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.remove("is-over");
    });
  }
  drop?.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
  });

  form.addEventListener("submit", (event) => {
    if (!input?.files.length || !status) return;
    event.preventDefault();
    const bar = status.querySelector("progress");
    const words = status.querySelector("span");
    const button = form.querySelector("button");
    const request = new XMLHttpRequest();
    status.hidden = false;
    button.disabled = true;
    request.upload.addEventListener("progress", (sent) => {
      if (sent.lengthComputable) bar.value = (100 * sent.loaded) / sent.total;
    });
    request.upload.addEventListener("load", () => {
      words.textContent = status.dataset.reading;
      bar.removeAttribute("value"); // how long reading takes is not known
    });
    request.addEventListener("load", () => {
      if (request.responseURL && request.responseURL !== location.href) {
        location.assign(request.responseURL);
        return;
      }
      document.open();
      document.write(request.responseText);
      document.close();
    });
    request.addEventListener("error", () => form.submit());
    request.open("POST", form.action || location.href);
    request.send(new FormData(form));
  });
}
