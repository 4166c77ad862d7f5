import "./plan.js";
import "./reset-planned.js";
import "./reset.js";
