import { render } from "preact";
import { Session } from "./session.ts";
import { applyTheme, chosenTheme } from "./theme.ts";
import { App } from "./views/app.tsx";

applyTheme(chosenTheme());
const session = new Session();
const page = document.getElementById("page");
if (page !== null) render(<App session={session} />, page);
void session.run();
