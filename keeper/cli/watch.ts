import { Command } from "commander";
export const watchCommand = new Command("watch");
