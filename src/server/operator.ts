/** Runs the operator's commands: `npm run operator -- help`. */
import { runProgram, UsageFault } from './command-line.ts';
import { COMMANDS, helpText } from './operator-commands.ts';

const [name = 'help', ...args] = process.argv.slice(2);
const command = COMMANDS.find((candidate) => candidate.name === name);

if (name === 'help' || name === '--help' || name === '-h') {
  process.stdout.write(helpText());
} else if (!command) {
  process.stderr.write(`There is no command ${JSON.stringify(name)}.\n\n${helpText()}`);
  process.exitCode = 2;
} else {
  await runProgram(async (context) => {
    if (args.length !== command.wants.length) {
      const usage = [command.name, ...command.wants].join(' ');
      throw new UsageFault(`Usage: npm run operator -- ${usage}`);
    }
    await command.run({ ...context, args });
    return 0;
  });
}
