package io.k8j.e2e.commands;

/** What a scenario does next. */
sealed interface Step {
    /** Writes a file into the scenario's directory. */
    record WriteFile(String name, String content) implements Step {}

    /**
     * Runs a command with the shell.
     *
     * @param line where it stands in its file, from 1
     * @param repeated whether it is run again until it prints what is expected
     */
    record Run(int line, String command, boolean repeated, Expected expected) implements Step {}
}
