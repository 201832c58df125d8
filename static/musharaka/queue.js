// The moderators' queue works by plain links and forms without this. With it, single keys open the next
// contribution and lead to its steps; they are never taken while somebody types, and can be switched off.
const keys = document.getElementById("keys");
if (keys) listen(keys);

function listen(keys) {
  const OFF = "musharaka-queue-keys-off";
  const help = document.getElementById("keys-help");
  const box = document.getElementById("keys-off");
  const list = document.getElementById("queue");

  const isOff = () => {
    try {
      return localStorage.getItem(OFF) === "1";
    } catch {
      return false;
    }
  };
  const show = () => {
    keys.hidden = isOff();
  };

  const isTyping = (element) =>
    element instanceof Element &&
    (element.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, dialog") !== null || element.isContentEditable);

  function step(by) {
    const links = [...(list?.querySelectorAll("a[href]") ?? [])];
    const here = links.findIndex((link) => link.ariaCurrent || link.hasAttribute("aria-current"));
    const link = here < 0 ? links[0] : links[here + by];
    // Behind the last line of a page comes the next page, as the links below the list say.
    const beyond = document.querySelector(by > 0 ? "#queue-pages a[rel=next]" : "#queue-pages a[rel=prev]");
    const target = link ?? beyond;
    if (target) location.assign(target.href);
  }

  function publish() {
    const form = document.getElementById("publish");
    if (!form) return;
    const confirm = form.querySelector("[name=confirmed_marks]");
    if (confirm && !confirm.checked) confirm.focus();
    else form.requestSubmit();
  }

  function open(id) {
    const details = document.getElementById(id);
    if (!details) return;
    details.open = true;
    details.querySelector("select")?.focus();
  }

  const acts = {
    j: () => step(1),
    k: () => step(-1),
    p: publish,
    r: () => open("refuse"),
    h: () => open("hand-over"),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (isTyping(event.target)) return;
    const act = event.key === "?" || event.key === "؟" ? () => help.showModal() : isOff() ? undefined : acts[keyOf(event)];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // On an Arabic keyboard the key with a J on it writes another letter: its place counts then.
  function keyOf(event) {
    const key = event.key.toLowerCase();
    if (key in acts) return key;
    return /^[a-z]$/.test(key) ? "" : event.code.replace(/^Key/, "").toLowerCase();
  }

  box.checked = isOff();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(OFF, box.checked ? "1" : "0");
    } catch {
      box.checked = false;
    }
    show();
  });
  show();
}
