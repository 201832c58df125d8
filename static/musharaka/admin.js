// Select2 leaves its fields without a name for those who hear the page; the label has it.
// Django's own scripts stand before this one, so that by now their fields wait to be made first.
window.django?.jQuery?.(() => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const shown = document.getElementById(`select2-${select.id}-container`);
    if (label && shown) shown.setAttribute("aria-label", label.textContent.trim());
  }
});
