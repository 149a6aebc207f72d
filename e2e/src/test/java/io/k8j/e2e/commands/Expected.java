package io.k8j.e2e.commands;

import io.k8j.e2e.kubectl.Result;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All that a command is expected to print, line by line, and its exit code. */
record Expected(List<String> stdout, List<String> stderr, int exit) {
    static final String ANY_LINES = "...";
    private static final String ANY_TEXT = "<*>";
    private static final Pattern GAP = Pattern.compile("(?<=\\S)\\s{2,}|\\t+");
    // kubectl 1.34 and newer say where they deleted something.
    private static final Pattern WHERE =
            Pattern.compile("(?<= deleted| deleted \\(dry run\\)| force deleted) from \\S+ namespace");

    Expected {
        stdout = List.copyOf(stdout);
        stderr = List.copyOf(stderr);
    }

    /** The same with every line changed. */
    Expected map(UnaryOperator<String> change) {
        return new Expected(
                stdout.stream().map(change).toList(),
                stderr.stream().map(change).toList(),
                exit);
    }

    /** What is different, in one sentence; empty if all is as expected. */
    Optional<String> differenceTo(Result result) {
        if (result.exit() != exit) return Optional.of("exit code %d instead of %d".formatted(result.exit(), exit));
        if (!matches(stdout, result.stdout())) return Optional.of("stdout is not\n" + String.join("\n", stdout));
        if (!matches(stderr, result.stderr())) return Optional.of("stderr is not\n" + String.join("\n", stderr));
        return Optional.empty();
    }

    private static boolean matches(List<String> expected, String text) {
        String pattern = expected.stream().map(Expected::pattern).collect(Collectors.joining());
        String printed = text.lines()
                .map(Expected::normalized)
                .filter(line -> !line.isBlank())
                .map(line -> line + "\n")
                .collect(Collectors.joining());
        return Pattern.matches(pattern, printed);
    }

    private static String pattern(String line) {
        if (line.strip().equals(ANY_LINES)) return "(?:.*\\n)*?";
        return Stream.of(normalized(line).split(Pattern.quote(ANY_TEXT), -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*?"))
                + "\\n";
    }

    private static String normalized(String line) {
        String here = WHERE.matcher(line.stripTrailing()).replaceAll("");
        return GAP.matcher(here).replaceAll("  ");
    }
}
