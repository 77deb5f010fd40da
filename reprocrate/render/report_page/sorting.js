// Sorts the table by a column, and shows the rows that hold a text or have an answer. Without it the table stays whole.
(() => {
  "use strict";
  const table = document.getElementById("rows");
  if (!table) return;
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...body.rows].map((row, number) => ({
    row,
    number,
    cells: [...row.cells].map((cell) => cell.textContent.trim()),
  }));
  for (const one of rows) one.text = one.cells.join(" ").toLowerCase();

  const byText = new Intl.Collator("en", { numeric: true }).compare;
  let column = 0;
  let direction = 1;
  let shown = rows;

  const isNumber = (index) => heads[index].classList.contains("number");
  const compare = (a, b) => {
    const [left, right] = [a.cells[column], b.cells[column]];
    const order = isNumber(column) ? Number(left) - Number(right) : byText(left, right);
    return direction * order || a.number - b.number;
  };

  const draw = () => {
    shown.sort(compare);
    body.replaceChildren(...shown.map((one) => one.row));
    heads.forEach((head, index) => {
      if (index === column) head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
  };

  heads.forEach((head, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => {
      direction = index === column ? -direction : isNumber(index) ? -1 : 1;
      column = index;
      draw();
    });
    head.replaceChildren(button);
  });

  const sieve = document.createElement("div");
  sieve.className = "sieve";
  sieve.setAttribute("role", "search");
  const labelled = (name, field) => {
    const label = document.createElement("label");
    label.append(name, field);
    sieve.append(label);
    return field;
  };
  const wanted = labelled("Submission or rule", document.createElement("input"));
  wanted.type = "search";
  const answer = labelled("Answer", document.createElement("select"));
  for (const name of ["all", ...new Set(rows.map((one) => one.cells[1]))]) answer.add(new Option(name, name));
  const told = document.createElement("output");
  sieve.append(told);
  const select = () => {
    const text = wanted.value.trim().toLowerCase();
    shown = rows.filter(
      (one) => (!text || one.text.includes(text)) && (answer.value === "all" || one.cells[1] === answer.value),
    );
    told.textContent = shown.length === rows.length ? "" : `${shown.length} of ${rows.length}`;
    draw();
  };
  let waiting = 0;
  wanted.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(select, 150);
  });
  answer.addEventListener("change", select);
  table.parentElement.before(sieve);
})();
