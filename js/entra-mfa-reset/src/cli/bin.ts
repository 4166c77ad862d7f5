#!/usr/bin/env node
import { Interrupts } from "./interrupts.js";
import { main } from "./main.js";

const interrupts = new Interrupts();
process.on("SIGINT", interrupts.interrupt);
process.on("SIGTERM", interrupts.interrupt);
process.stdout.on("error", interrupts.stop);
process.stderr.on("error", () => undefined);

const { argv, env, stdin, stdout, stderr } = process;
process.exitCode = await main({ argv: argv.slice(2), env, stdin, stdout, stderr, signal: interrupts.first, interrupts });
process.off("SIGINT", interrupts.interrupt);
process.off("SIGTERM", interrupts.interrupt);
