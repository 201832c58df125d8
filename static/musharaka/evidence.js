// Evidence can be handed in without this: it only lets files be dropped and shows how far they are.
(() => {
  const place = (element) => element.closest("[data-evidence]");

  function show(sending, words, percent) {
    sending.hidden = false;
    sending.querySelector("span").textContent = words;
    const bar = sending.querySelector("progress");
    bar.hidden = percent === null;
    if (percent === undefined) bar.removeAttribute("value"); // how long it takes is not known
    else if (percent !== null) bar.value = percent;
    const figure = typeof percent === "number" ? `${Math.floor(percent)}%` : "";
    sending.querySelector("[data-percent]").textContent = figure;
  }

  // The answer holds the same place anew, alone or within its page.
  function replace(old, answer) {
    const page = new DOMParser().parseFromString(answer.responseText, "text/html");
    const fresh = page.getElementById(old.id);
    if (!fresh) {
      location.assign(answer.responseURL || location.href);
      return;
    }
    const told = page.querySelector(".m-errors, .m-note--ok p, .m-note--err p");
    old.replaceWith(fresh);
    const said = fresh.querySelector("[data-said]");
    const words = said.textContent.trim() || (told?.matches("p") ? told.textContent : "");
    said.textContent = "";
    // A live region is read out when it changes, not when it arrives.
    setTimeout(() => (said.textContent = words), 50);
    const wrong = fresh.querySelector("[aria-invalid]");
    const next = wrong || fresh.querySelector("a.m-drop") || fresh;
    next.focus();
    fresh.dispatchEvent(new CustomEvent("musharaka:evidence", { bubbles: true }));
  }

  function send(from, address, data, headers = {}) {
    const here = place(from);
    const sending = (from.matches("form") ? from : here).querySelector("[data-sending]");
    const words = sending.dataset.words;
    const buttons = from.querySelectorAll("button");
    const request = new XMLHttpRequest();
    const stop = (why) => {
      show(sending, why, null);
      for (const button of buttons) button.disabled = false;
      here.removeAttribute("aria-busy");
    };
    here.setAttribute("aria-busy", "true");
    for (const button of buttons) button.disabled = true;
    show(sending, words, 0);
    request.upload.addEventListener("progress", (sent) => {
      if (sent.lengthComputable) show(sending, words, (100 * sent.loaded) / sent.total);
    });
    request.upload.addEventListener("load", () => show(sending, sending.dataset.reading));
    request.addEventListener("load", () => {
      if (request.status === 400) stop(sending.dataset.large);
      else if (request.status >= 500) stop(sending.dataset.lost);
      else replace(here, request);
    });
    request.addEventListener("error", () => stop(sending.dataset.lost));
    request.open("POST", address);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.send(data);
  }

  // Within the calendar there is no form: what is dropped is sent by itself.
  function sendDropped(link, files) {
    if (!files.length) return;
    const data = new FormData();
    for (const file of files) data.append("uploads", file);
    const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
    send(link, link.dataset.sendTo, data, { "X-CSRFToken": token, "HX-Request": "true" });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.m-drop[data-send-to]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.addEventListener("change", () => sendDropped(link, input.files));
    input.click();
  });

  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      const drop = event.target.closest?.(".m-drop");
      if (!drop || !place(drop)) return;
      if (name !== "dragleave") event.preventDefault();
      drop.classList.toggle("is-over", name === "dragover");
      if (name !== "drop") return;
      const input = drop.querySelector("input[type=file]");
      if (input) input.files = event.dataTransfer.files;
      else sendDropped(drop, event.dataTransfer.files);
    });
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-send]");
    if (!form || !form.querySelector("input[type=file]").files.length) return;
    event.preventDefault();
    send(form, form.action, new FormData(form));
  });
})();
