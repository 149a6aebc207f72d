package io.k8j.kubelet.containerd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Imports with {@code ctr}, which every containerd package brings along. May be used by several threads. */
public final class CtrImageImporter implements ImageImporter {
    private static final Pattern UNPACKED = Pattern.compile("(?m)^unpacking (\\S+) \\(sha256:");
    private static final long LIMIT_MINUTES = 10;

    private final Path socket;

    /** Imports into the containerd that listens on {@code socket}. */
    public CtrImageImporter(Path socket) {
        this.socket = socket;
    }

    @Override
    public List<String> importArchive(Path archive) throws IOException {
        if (!Files.isReadable(archive)) throw new IOException("import images: " + archive + " is not readable");
        String output = ctr("images", "import", archive.toString());
        return UNPACKED.matcher(output)
                .results()
                .map(found -> found.group(1))
                .distinct()
                .toList();
    }

    private String ctr(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("ctr", "-a", socket.toString(), "-n", "k8s.io"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) throw new IOException("ctr did not end: " + command);
            if (process.exitValue() != 0) throw new IOException("import images: " + lastLine(output));
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while ctr ran", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String lastLine(String output) {
        Matcher line = Pattern.compile("([^\\n]*)\\s*\\z").matcher(output.strip());
        return line.find() ? line.group(1) : output;
    }
}
