// Niceties only; every page works without this file.

// Says how many characters are left, where a field has a limit.
for (const area of document.querySelectorAll("textarea[data-limit]")) {
  const count = document.createElement("p");
  count.className = "count";
  count.setAttribute("role", "status");
  const say = () => {
    const left = Number(area.dataset.limit) - area.value.length;
    count.textContent = left >= 0 ? `You have ${left} characters left.` : `You have ${-left} characters too many.`;
  };
  area.addEventListener("input", say);
  area.after(count);
  say();
}

// Puts a copy button behind a reference.
for (const reference of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(reference.textContent);
    button.textContent = "Copied";
  });
  reference.after(" ", button);
}
