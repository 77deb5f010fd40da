// Sorts and sieves the list of submissions, a hundred at a time. Without it the list is a table over several pages.
(() => {
  "use strict";
  const table = document.getElementById("rows");
  if (!table) return;
  const MOST = 100;
  const CODES = 2;
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  // [subject, page, answer, tone, errors, warnings, notes, rules, domains, levels, left out], domains and levels
  // by their places among the names; and where a column of the table is in it.
  const rows = JSON.parse(document.getElementById("data").textContent);
  const at = [0, 2, 4, 5, 6, 7];
  const named = (what) => JSON.parse(table.dataset[what] || "[]");
  const PLACE = 11;
  const TEXT = 12;
  rows.forEach((row, number) => row.push(number, `${row[0]} ${row[7]}`.toLowerCase()));

  const byText = new Intl.Collator("en", { numeric: true }).compare;
  let column = -1;
  let direction = 1;
  let first = 0;
  let shown = rows;

  const make = (name, text, attributes = {}) => {
    const made = document.createElement(name);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const line = ([subject, page, answer, tone, errors, warnings, notes, rules]) => {
    const made = document.createElement("tr");
    const head = make("th", page ? "" : subject, { scope: "row" });
    if (page) head.append(make("a", subject, { href: page }));
    const counts = [errors, warnings, notes].map((count) => make("td", count, { class: "number" }));
    const codes = rules.split(" ");
    const named = codes.length > CODES ? `${codes.slice(0, CODES).join(" ")} +${codes.length - CODES}` : rules;
    made.append(head, make("td", answer, { class: `${tone}-text` }), ...counts, make("td", named, { class: "first" }));
    return made;
  };
  const compare = (a, b) => {
    const [left, right] = [a[at[column]], b[at[column]]];
    const order = typeof left === "number" ? left - right : byText(left, right);
    return direction * order || a[PLACE] - b[PLACE];
  };

  const pager = make("p", "", { class: "pager" });
  const told = make("output", "");
  const earlier = make("button", "Earlier", { type: "button" });
  const later = make("button", "Later", { type: "button" });
  pager.append(told, earlier, later);

  const draw = () => {
    body.replaceChildren(...shown.slice(first, first + MOST).map(line));
    const last = Math.min(first + MOST, shown.length);
    const of = shown.length === rows.length ? "" : ` found among ${rows.length}`;
    told.textContent = shown.length ? `${first + 1} to ${last} of ${shown.length}${of}` : `None of ${rows.length}`;
    earlier.disabled = first === 0;
    later.disabled = last >= shown.length;
    heads.forEach((head, index) => {
      if (index === column) head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
  };
  const arrange = () => {
    first = 0;
    shown = [...shown].sort(column < 0 ? (a, b) => a[PLACE] - b[PLACE] : compare);
    draw();
  };
  const turn = (by) => {
    first = Math.max(0, Math.min(first + by, shown.length - 1));
    draw();
  };
  earlier.addEventListener("click", () => turn(-MOST));
  later.addEventListener("click", () => turn(MOST));

  heads.forEach((head, index) => {
    const button = make("button", head.textContent, { type: "button" });
    button.addEventListener("click", () => {
      const isNumber = head.classList.contains("number");
      direction = index === column ? -direction : isNumber ? -1 : 1;
      column = index;
      arrange();
    });
    head.replaceChildren(button);
  });

  const sieve = make("div", "", { class: "sieve", role: "search" });
  const labelled = (name, field) => {
    const label = make("label", name);
    label.append(field);
    sieve.append(label);
    return field;
  };
  const wanted = labelled("Submission or rule", make("input", "", { type: "search" }));
  // Each choice has a test by the value of its option; only what there is can be chosen.
  const choices = [];
  const choice = (label, first, options, test) => {
    if (!options.length) return;
    const field = labelled(label, document.createElement("select"));
    field.add(new Option(first, ""));
    const groups = {};
    for (const [value, name, group] of options) {
      if (group && !groups[group]) field.append((groups[group] = make("optgroup", "", { label: group })));
      (groups[group] || field).append(new Option(name, value));
    }
    field.addEventListener("change", () => sift());
    choices.push((row) => !field.value || test(row, field.value));
  };
  const sift = () => {
    const text = wanted.value.trim().toLowerCase();
    shown = rows.filter((row) => (!text || row[TEXT].includes(text)) && choices.every((fits) => fits(row)));
    arrange();
  };
  const answers = [...new Set(rows.map((row) => row[2]))];
  const steps = named("levels").map(([scale, step], place) => [place, step, scale]);
  const levels = steps.filter(([, , scale]) => scale), absent = steps.filter(([, , scale]) => !scale);
  const some = [["yes", "some findings"], ["no", "none"]];
  choice("Answer", "all", answers.map((name) => [name, name]), (row, value) => row[2] === value);
  choice("Domain", "all", named("domains").map((name, place) => [place, name]), (row, value) => row[8].includes(+value));
  choice("Level reached", "any", levels, (row, value) => row[9].includes(+value));
  choice("Not found", "any", absent, (row, value) => row[9].includes(+value));
  choice("Not counted", "any", rows.some((row) => row[10]) ? some : [], (row, value) => (row[10] > 0) === (value === "yes"));
  let waiting = 0;
  wanted.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(sift, 150);
  });
  for (const link of document.querySelectorAll("[data-rule]")) {
    link.addEventListener("click", () => {
      wanted.value = link.dataset.rule;
      sift();
    });
  }

  const turning = document.getElementById("turning");
  if (turning) turning.remove();
  table.parentElement.before(sieve, pager);
  draw();
})();
