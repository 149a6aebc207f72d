package io.k8j.e2e.kubectl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/** What a finished command printed and how it ended. The checks return this result, so that they can be chained. */
public record Result(String command, int exit, String stdout, String stderr) {
    /** Checks that the command succeeded. */
    public Result succeeds() {
        assertThat(exit).as(toString()).isZero();
        return this;
    }

    /** Checks that the command succeeded and printed exactly this, each line ended by a newline. */
    public Result prints(String... lines) {
        succeeds();
        assertThat(stdout.lines().toList()).as(toString()).containsExactly(lines);
        return this;
    }

    /** Checks that the command succeeded and its output has all these words. */
    public Result mentions(String... words) {
        succeeds();
        assertThat(stdout).as(toString()).contains(words);
        return this;
    }

    /** Checks that the command ended with exit code 1 and printed exactly these lines to stderr. */
    public Result failsWith(String... lines) {
        assertThat(exit).as(toString()).isEqualTo(1);
        assertThat(stderr.lines().toList()).as(toString()).containsExactly(lines);
        return this;
    }

    /** Checks that the command failed and stderr has all these words. */
    public Result failsMentioning(String... words) {
        assertThat(exit).as(toString()).isNotZero();
        assertThat(stderr).as(toString()).contains(words);
        return this;
    }

    /** Checks the titles of the printed table. */
    public Result hasColumns(String... titles) {
        succeeds();
        assertThat(table().columns()).as(toString()).containsExactly(titles);
        return this;
    }

    /** The output as a table. */
    public PrintedTable table() {
        succeeds();
        return PrintedTable.parse(stdout);
    }

    /** The lines of the output. */
    public List<String> lines() {
        return stdout.lines().toList();
    }

    /** The output without blanks at its ends. */
    public String text() {
        succeeds();
        return stdout.strip();
    }

    @Override
    public String toString() {
        return "$ %s   [%d]%n%s%s".formatted(command, exit, stdout, stderr.isEmpty() ? "" : "stderr: " + stderr);
    }
}
