// The calendar's sheet is one form and works as such without this. With it each cell is sent as it is left,
// what was typed waits for a server that does not answer, and the keys are those of a sheet.
const sheet = document.getElementById("sheet");
if (sheet && window.htmx) open(sheet);

function open(sheet) {
  const RETRY = 3000;
  const bases = new Map(); // name → what the server holds, as far as this page knows
  const sent = new Map(); // name → what is on its way
  const failed = new Set(); // names that did not get through, and are sent again
  const held = new Set(); // names that the server did not take: their person decides
  const answered = new Map(); // name → the text that saving was last asked for
  const reasons = new Map();
  const status = document.getElementById("saving");
  let token = "";
  let isSignedOut = false;
  let isLeaving = false;
  let byPointer = false;

  const isCell = (element) => element instanceof Element && element.matches(".m-cell");
  const cellOf = (name) => document.getElementById(name);
  const part = (cell) => cell.name.match(/^(\w+)-(\d+)-(\w+)$/);
  const textOf = (cell) => cell.value.replaceAll("\r\n", "\n");

  function baseOf(cell) {
    if (bases.has(cell.name)) return bases.get(cell.name);
    if ("base" in cell.dataset) return cell.dataset.base;
    if (cell.matches("select")) return [...cell.options].find((option) => option.defaultSelected)?.value ?? "";
    return cell.defaultValue;
  }
  const isTouched = (cell) => textOf(cell) !== baseOf(cell);
  const unsaved = () => [...sheet.querySelectorAll(".m-cell")].filter((cell) => isTouched(cell) || sent.has(cell.name));
  const send = (cell) => cell.dispatchEvent(new Event("change", { bubbles: true }));

  // What is shown

  function mark(cell, state) {
    cell.parentElement.querySelector(`.m-mark[data-of="${cell.name}"]`)?.remove();
    const box = cell.closest("td, .m-field") ?? cell;
    box.classList.toggle("is-dirty", isTouched(cell));
    box.classList.toggle("is-clash", state === "clash");
    cell.toggleAttribute("aria-invalid", false);
    if (held.has(cell.name)) cell.setAttribute("aria-invalid", "true");
    if (!state) return;
    const words = { saving: "saving", saved: "saved", unsaved: "unsaved" }[state] ?? "refused";
    const span = document.createElement("span");
    span.className = `m-mark m-mark--${words}`;
    span.dataset.of = cell.name;
    span.textContent = sheet.dataset[words];
    cell.after(span);
    if (state === "saved") setTimeout(() => span.remove(), 4000);
  }

  function tell() {
    const count = unsaved().length;
    const words = status.querySelector("span");
    status.hidden = false;
    status.classList.toggle("m-save--ok", count === 0);
    if (isSignedOut) {
      if (words.querySelector("a")) return;
      words.textContent = `${sheet.dataset.signedOut} `;
      const link = document.createElement("a");
      link.href = `${sheet.dataset.signInAddress}?next=${encodeURIComponent(location.pathname)}`;
      link.target = "_blank";
      link.textContent = sheet.dataset.signIn;
      words.append(link);
      return;
    }
    const text = failed.size ? sheet.dataset.waiting : count ? `${sheet.dataset.someUnsaved} ${count}` : sheet.dataset.allSaved;
    if (words.textContent !== text) words.textContent = text;
  }

  function place(cell) {
    const id = `say-${cell.name}`;
    if (document.getElementById(id)) return;
    const say = document.createElement("div");
    say.id = id;
    const row = cell.closest("tr");
    (row ? under(row) : cell.closest(".m-titles").querySelector(".m-says")).append(say);
  }

  function under(row) {
    if (row.nextElementSibling?.matches(".sub")) return row.nextElementSibling.lastElementChild;
    const sub = document.createElement("tr");
    sub.className = "sub";
    sub.hidden = true;
    sub.setAttribute("role", "row");
    const head = sub.insertCell();
    head.className = "k";
    const box = sub.insertCell();
    box.colSpan = row.closest("table").tHead.rows[0].cells.length - 1;
    for (const cell of [head, box]) cell.setAttribute("role", "cell");
    row.after(sub);
    return box;
  }

  function clear(cell) {
    held.delete(cell.name);
    failed.delete(cell.name);
    const say = document.getElementById(`say-${cell.name}`);
    if (say) say.textContent = "";
    fold(say);
  }

  function fold(say) {
    const sub = say?.closest("tr.sub");
    if (sub) sub.hidden = !sub.textContent.trim();
  }

  // Sending

  sheet.addEventListener(
    "change",
    (event) => {
      const cell = event.target;
      if (!isCell(cell)) return;
      if (isTouched(cell)) return void mark(cell, "unsaved");
      if (!sent.has(cell.name)) event.stopPropagation();
      clear(cell);
      mark(cell, "");
      tell();
    },
    true,
  );

  sheet.addEventListener("htmx:configRequest", (event) => {
    const { detail } = event;
    if (token) detail.headers["X-CSRFToken"] = token;
    if (detail.verb === "get") {
      const [, , pk] = part(detail.elt);
      // Left before the question was asked: the answer to saving has said more.
      if (textOf(detail.elt) === answered.get(detail.elt.name)) return void event.preventDefault();
      place(detail.elt);
      detail.parameters = { task: pk, date: detail.elt.value };
      return;
    }
    const cell = detail.triggeringEvent?.target;
    if (!isCell(cell)) return;
    if (!isTouched(cell)) return void event.preventDefault(); // saved while it stood in the queue
    const [, kind, pk, field] = part(cell);
    if (field === "session_date") htmx.trigger(cell, "htmx:abort"); // the answer to saving says more
    place(cell);
    const row = `${kind}-${pk}`;
    detail.cell = cell;
    sent.set(cell.name, textOf(cell));
    answered.set(cell.name, textOf(cell));
    detail.parameters = {
      kind,
      pk,
      field,
      value: textOf(cell),
      base: baseOf(cell),
      version: cellOf(`${row}-version`).value,
      seen: cellOf(`${row}-seen`).value,
      reason: field === "session_date" ? (document.getElementById(`reason-${pk}`)?.value ?? "") : "",
    };
    mark(cell, "saving");
    tell();
  });

  sheet.addEventListener("cell", (event) => {
    const { name, outcome, text } = event.detail;
    const cell = cellOf(name);
    const value = sent.get(name);
    sent.delete(name);
    failed.delete(name);
    held.delete(name);
    if (!cell) return;
    if (outcome === "saved") settle(cell, value, text);
    else held.add(name);
    mark(cell, outcome === "saved" && isTouched(cell) ? "unsaved" : outcome);
    tell();
  });

  function settle(cell, value, text) {
    const isLeft = document.activeElement !== cell;
    if (isLeft && textOf(cell) === value) cell.value = text; // a date, as dates are written here
    bases.set(cell.name, textOf(cell) === text ? text : value);
    const [, , pk, field] = part(cell);
    if (field === "session_date") reasons.delete(pk);
    if (field === "done" && cell.value) document.getElementById(`quick-${pk}`)?.remove();
  }

  sheet.addEventListener("htmx:oobAfterSwap", (event) => {
    const say = event.detail.elt ?? event.target;
    const area = say.querySelector?.("textarea[name^=reason-]");
    if (area && !area.value) area.value = reasons.get(area.name.slice(7)) ?? "";
    for (const one of sheet.querySelectorAll("tr.sub")) one.hidden = !one.textContent.trim();
    // What is said of the cell that somebody is in is of no use below the edge of the screen.
    const cell = cellOf(say.id?.replace(/^say-/, ""));
    if (!cell || !say.textContent.trim()) return;
    cell.setAttribute("aria-details", say.id);
    if (cell === document.activeElement) say.scrollIntoView({ block: "nearest" });
  });

  // Files were handed in: the row's state and the counts are asked for, nothing that is typed is touched.
  sheet.addEventListener("musharaka:evidence", async (event) => {
    const row = event.target.closest("tr");
    const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
    if (!row || !answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of [`#${row.id} .st`, `#${row.id} .ev > a`, "[id^=sum-]", ".m-figures"]) {
      const now = fresh.querySelectorAll(part);
      document.querySelectorAll(part).forEach((old, n) => now[n] && old.replaceChildren(...now[n].childNodes));
    }
  });

  // A server that does not answer, a session that has ended

  function fail(event) {
    const cell = event.detail.requestConfig?.cell;
    if (!cell) return;
    sent.delete(cell.name);
    failed.add(cell.name);
    mark(cell, "unsaved");
    tell();
  }
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:sendAbort"]) sheet.addEventListener(name, fail);

  sheet.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    fail(event);
    if (status === 403) renew();
    else if (status < 500 && status !== 429) refuse(event.detail.requestConfig.cell);
  });

  function refuse(cell) {
    if (!cell) return;
    clear(cell);
    held.add(cell.name);
    const say = document.getElementById(`say-${cell.name}`);
    const note = document.createElement("div");
    note.className = "m-note m-note--err";
    note.textContent = sheet.dataset.forbidden;
    say?.append(note);
    fold(say);
    mark(cell, "refused");
    tell();
  }

  sheet.addEventListener("htmx:beforeOnLoad", (event) => {
    const { xhr } = event.detail;
    if (!xhr.responseURL || new URL(xhr.responseURL).pathname.startsWith(location.pathname)) {
      if (xhr.status < 400) isSignedOut = false;
      return;
    }
    event.preventDefault(); // it was led to the sign-in page
    isSignedOut = true;
    fail(event);
    tell();
  });

  async function renew() {
    // Signing in gives another token: the page is asked for it.
    try {
      const page = await fetch(location.href, { credentials: "same-origin" });
      if (new URL(page.url).pathname !== location.pathname || !page.ok) {
        isSignedOut = page.ok || isSignedOut;
        return tell();
      }
      const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
      const field = fresh.querySelector("#sheet [name=csrfmiddlewaretoken]");
      isSignedOut = false;
      if (!field) return void [...failed].map(cellOf).forEach(refuse);
      token = field.value;
      sheet.querySelector("[name=csrfmiddlewaretoken]").value = token;
      status.querySelector("span").textContent = "";
      again();
    } catch {
      tell();
    }
  }

  function again() {
    for (const name of failed) {
      const cell = cellOf(name);
      if (cell && !sent.has(name)) send(cell);
    }
    tell();
  }
  const retry = () => (isSignedOut ? renew() : again());
  setInterval(() => failed.size && retry(), RETRY);
  window.addEventListener("online", () => failed.size && retry());
  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && unsaved().length) event.preventDefault();
  });
  sheet.addEventListener("submit", (event) => {
    isLeaving = !failed.size;
    if (isLeaving) return;
    event.preventDefault(); // the page would be gone, and nothing saved
    retry();
  });
  window.addEventListener("pageshow", () => {
    isLeaving = false;
  });

  // Buttons beside the cells

  function put(cell, value) {
    cell.value = value;
    send(cell);
  }

  sheet.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { mine, take, date, reason, theirs } = button.dataset;
    const quick = button.value.match(/^state:(\d+):(yes|no)$/);
    if (mine) {
      bases.set(mine, theirs);
      send(cellOf(mine));
    } else if (take) {
      bases.set(take, theirs);
      clear(cellOf(take));
      put(cellOf(take), theirs);
    } else if (date) put(cellOf(button.dataset.for), date);
    else if (reason) send(cellOf(reason));
    else if (quick) put(cellOf(`task-${quick[1]}-done`), quick[2]);
    else return;
    event.preventDefault();
  });

  sheet.addEventListener("change", (event) => {
    if (event.target.matches(".m-place") && !failed.size) sheet.requestSubmit();
    if (event.target.matches("[data-choose-all]")) {
      for (const box of sheet.querySelectorAll("[name=chosen]")) box.checked = event.target.checked;
    }
  });

  sheet.addEventListener("input", (event) => {
    const field = event.target;
    if (field.name?.startsWith("reason-")) reasons.set(field.name.slice(7), field.value);
    if (!isCell(field)) return;
    field.classList.add("is-editing");
    grow(field);
    mark(field, "");
    tell();
  });

  const fits = CSS.supports("field-sizing", "content");
  function grow(field) {
    if (fits || !field.matches("textarea")) return;
    while (field.scrollHeight > field.clientHeight && field.rows < 40) field.rows += 1;
  }

  // Keys

  sheet.addEventListener("pointerdown", () => {
    byPointer = true;
  });
  sheet.addEventListener("focusin", ({ target }) => {
    if (isCell(target)) {
      target.classList.toggle("is-editing", byPointer);
      if (!byPointer && target.select) target.select();
    }
    byPointer = false;
  });
  sheet.addEventListener("focusout", ({ target }) => target.classList.remove("is-editing"));

  const keys = document.getElementById("keys");
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const target = event.target;
    const isText = target.matches("input:not([type=checkbox]), textarea, select");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      for (const cell of sheet.querySelectorAll(".m-cell")) if (isTouched(cell) && !sent.has(cell.name)) send(cell);
    } else if (event.key === "?" && (!isText || (isCell(target) && !target.classList.contains("is-editing")))) {
      event.preventDefault();
      keys.showModal();
    } else if (isCell(target)) onKey(event, target);
    else if (event.key === "Enter" && /^new-|^shift-/.test(target.name ?? "")) {
      event.preventDefault();
      target.parentElement.querySelector("button").click();
    }
  });

  function onKey(event, cell) {
    const { key } = event;
    const isEditing = cell.classList.contains("is-editing");
    if (key === "Escape") restore(cell);
    else if (key === "F2") edit(cell);
    else if (key === "Enter" && (event.altKey || event.shiftKey)) return void newLine(event, cell);
    else if (key === "Enter" && isEditing) move(cell, 0, 1);
    else if (key === "Enter") edit(cell);
    else if (key.startsWith("Arrow") && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) {
      const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
      if (isEditing && !isAtEdge(cell, x, y)) return;
      if (!move(cell, x, y) && !cell.matches("select")) return;
    } else return;
    event.preventDefault();
  }

  function restore(cell) {
    cell.value = baseOf(cell);
    clear(cell);
    mark(cell, "");
    cell.classList.remove("is-editing");
    cell.select?.();
    tell();
  }

  function edit(cell) {
    cell.classList.add("is-editing");
    if (cell.setSelectionRange) cell.setSelectionRange(cell.value.length, cell.value.length);
    else cell.showPicker?.();
  }

  function newLine(event, cell) {
    if (!cell.matches("textarea")) return;
    event.preventDefault();
    cell.setRangeText("\n", cell.selectionStart, cell.selectionEnd, "end");
    cell.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function isAtEdge(cell, x, y) {
    if (cell.matches("select")) return x !== 0;
    if (y && !cell.matches("textarea")) return true;
    if (cell.selectionStart !== cell.selectionEnd) return false;
    const forwards = y ? y > 0 : (x > 0) === (getComputedStyle(cell).direction === "ltr");
    return cell.selectionStart === (forwards ? cell.value.length : 0);
  }

  function move(cell, x, y) {
    const row = cell.closest("tr");
    if (!row) return false;
    const near = x ? beside(row, cell, x) : above(row, cell, y);
    near?.focus();
    near?.scrollIntoView({ block: "nearest", inline: "nearest" });
    return Boolean(near);
  }

  function beside(row, cell, x) {
    const cells = [...row.querySelectorAll(".m-cell")];
    const step = document.documentElement.dir === "rtl" ? -x : x;
    return cells[cells.indexOf(cell) + step];
  }

  function above(row, cell, y) {
    const field = part(cell)[3];
    const next = () => (row = y > 0 ? row.nextElementSibling : row.previousElementSibling);
    while (next()) {
      const found = row.querySelector(`.m-cell[id$="-${field}"]`);
      if (found) return found;
    }
    return null;
  }

  for (const hidden of sheet.querySelectorAll(".m-keys, label[hidden]")) hidden.hidden = false;
  sheet.querySelector("[data-keys]")?.addEventListener("click", () => keys.showModal());
  for (const cell of sheet.querySelectorAll("textarea.m-cell")) grow(cell);
  for (const cell of unsaved()) mark(cell, "");
}
