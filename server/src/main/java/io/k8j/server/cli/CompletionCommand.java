package io.k8j.server.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code k8j completion}. */
@Command(
        name = "completion",
        description = "Print a completion script for bash and zsh: source <(k8j completion).",
        mixinStandardHelpOptions = true)
final class CompletionCommand implements Runnable {
    @Override
    public void run() {
        System.out.print(AutoComplete.bash("k8j", Main.commandLine(System.err)));
    }
}
