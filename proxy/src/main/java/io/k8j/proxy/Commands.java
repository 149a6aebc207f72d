package io.k8j.proxy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs the programs that talk to the kernel. Blocks the calling thread; one call takes some milliseconds.
 *
 * @param prefix words before each command, such as {@code ip netns exec NAME}; usually none
 */
record Commands(List<String> prefix) {
    private static final long LIMIT_SECONDS = 30;

    static final Commands HERE = new Commands(List.of());

    /** What a program said. */
    record Result(int code, String output, String errors) {
        boolean ok() {
            return code == 0;
        }
    }

    /**
     * Runs a program to its end.
     *
     * @param input what it reads
     * @throws IOException if it cannot be started or does not end
     */
    Result run(String input, String... command) throws IOException {
        List<String> words = new ArrayList<>(prefix);
        words.addAll(List.of(command));
        Process process = new ProcessBuilder(words).start();
        try {
            StringBuilder errors = new StringBuilder();
            Thread reader = Thread.ofVirtual().start(() -> errors.append(read(process)));
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It ended without reading everything; its exit code tells why.
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("%s: no end after %d s".formatted(command[0], LIMIT_SECONDS));
            }
            reader.join();
            return new Result(process.exitValue(), output, errors.toString().strip());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(command[0] + ": interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String read(Process process) {
        try {
            return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
