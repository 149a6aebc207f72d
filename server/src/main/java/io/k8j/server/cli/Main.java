package io.k8j.server.cli;

import io.k8j.server.UserException;
import java.io.PrintStream;
import java.util.List;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParameterException;

/** The {@code k8j} command. Exit codes: 0 done, 1 failed, 2 wrong usage. */
@Command(
        name = "k8j",
        description = "Kubernetes on the JVM: a whole cluster in one process.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Provider.class,
        subcommands = {
            ServerCommand.class,
            AgentCommand.class,
            StopCommand.class,
            UninstallCommand.class,
            ImagesCommand.class,
            KubectlCommand.class,
            SimulateCommand.class,
            CheckConfigCommand.class,
            CertificateCommand.class,
            SecretsEncryptCommand.class,
            TokenCommand.class,
            CompletionCommand.class,
            VersionCommand.class,
            TrainCommand.class,
            HelpCommand.class
        })
public final class Main implements Runnable {
    private Main() {}

    public static void main(String[] arguments) {
        Logging.configure("text", List.of("warn"));
        int code = execute(arguments);
        // Daemons of libraries must not keep a finished command alive; a server has ended by itself when it comes here.
        System.exit(code);
    }

    /**
     * Runs one command in this process.
     *
     * @return its exit code
     */
    public static int run(String... arguments) {
        return execute(arguments);
    }

    private static int execute(String[] arguments) {
        CommandLine line = commandLine(System.err, provided(arguments));
        if (runsNode(arguments)) {
            try {
                ConfigFile.apply(line.getSubcommands().get(arguments[0]), List.of(arguments));
            } catch (ParameterException e) {
                System.err.println(
                        "k8j: " + firstLine(e.getMessage()) + " (see 'k8j %s --help')".formatted(arguments[0]));
                return CommandLine.ExitCode.USAGE;
            }
        }
        return line.execute(arguments);
    }

    private static boolean runsNode(String[] arguments) {
        return arguments.length > 0 && (arguments[0].equals("server") || arguments[0].equals("agent"));
    }

    /** The subcommands of other jars; none for a server, which need not load them. */
    private static List<Subcommand> provided(String[] arguments) {
        return runsNode(arguments)
                ? List.of()
                : ServiceLoader.load(Subcommand.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList();
    }

    /** The whole command line without what other jars add; errors are one sentence on {@code err}. */
    static CommandLine commandLine(PrintStream err) {
        return commandLine(err, List.of());
    }

    private static CommandLine commandLine(PrintStream err, List<Subcommand> provided) {
        CommandLine line = new CommandLine(new Main());
        provided.forEach(line::addSubcommand); // before the settings, which reach only what is there
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setStopAtPositional(false);
        line.getSubcommands().get("kubectl").setStopAtUnmatched(true).setUnmatchedOptionsArePositionalParams(true);
        line.setParameterExceptionHandler((exception, arguments) -> {
            err.println("k8j: " + firstLine(exception.getMessage()) + " (see 'k8j " + name(exception) + "--help')");
            return CommandLine.ExitCode.USAGE;
        });
        line.setExecutionExceptionHandler((exception, command, result) -> {
            err.println("k8j: " + sentence(exception));
            if (System.getenv("K8J_DEBUG") != null) {
                exception.printStackTrace(err);
            }
            return CommandLine.ExitCode.SOFTWARE;
        });
        return line;
    }

    private static String name(ParameterException exception) {
        CommandLine command = exception.getCommandLine();
        return command.getParent() == null
                ? ""
                : command.getCommandSpec().qualifiedName().substring("k8j ".length()) + " ";
    }

    private static String sentence(Throwable failure) {
        if (failure instanceof UserException) {
            return failure.getMessage();
        }
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : firstLine(message);
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("").strip();
    }

    @Override
    public void run() {
        throw new ParameterException(commandLine(System.err), "a command is missing");
    }
}
