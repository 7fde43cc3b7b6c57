// What readers can do on every page. Loaded with each page, so it stays small: what is needed later is fetched then.
import "./copying.js";
import "./cards/ask.js";
