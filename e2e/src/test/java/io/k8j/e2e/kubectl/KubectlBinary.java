package io.k8j.e2e.kubectl;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One kubectl of this machine.
 *
 * @param minor the minor version, 27 for v1.27.3
 */
public record KubectlBinary(int minor, Path path) {
    private static final Pattern NAME = Pattern.compile("kubectl(\\.1\\.\\d+)?");
    private static final Pattern VERSION = Pattern.compile("\"gitVersion\": \"v1\\.(\\d+)\\.\\d+([^\"]*)\"");
    private static final List<KubectlBinary> FOUND = find();

    /**
     * All kubectl binaries on PATH and beside them, and those of the Google Cloud SDK, oldest first, one of each minor
     * version. The SDK's {@code kubectl} only picks one of its neighbours by the server's version; it is left out if it
     * has any.
     */
    public static List<KubectlBinary> all() {
        return FOUND;
    }

    /** The oldest and the newest one; the only one if there is one. Skips the calling test if there is none. */
    public static List<KubectlBinary> oldestAndNewest() {
        assumeFalse(FOUND.isEmpty(), "there is no kubectl on PATH");
        return FOUND.size() == 1 ? FOUND : List.of(FOUND.getFirst(), FOUND.getLast());
    }

    /** The newest one. Skips the calling test if there is none. */
    public static KubectlBinary newest() {
        return oldestAndNewest().getLast();
    }

    private static List<KubectlBinary> find() {
        Set<Path> directories = new LinkedHashSet<>();
        for (String directory : System.getenv("PATH").split(":")) {
            Path kubectl = Path.of(directory, "kubectl");
            if (Files.isExecutable(kubectl)) {
                directories.add(kubectl.getParent());
                realParent(kubectl).ifPresent(directories::add);
            }
        }
        directories.add(Path.of("/usr/lib/google-cloud-sdk/bin"));
        var binaries = new ArrayList<KubectlBinary>();
        var dispatchers = new ArrayList<KubectlBinary>();
        Set<Path> seen = new LinkedHashSet<>();
        for (Path directory : directories) {
            for (Path file : kubectlsIn(directory)) {
                if (!seen.add(file)) {
                    continue;
                }
                Matcher version = VERSION.matcher(clientVersion(file));
                if (version.find()) {
                    var binary = new KubectlBinary(Integer.parseInt(version.group(1)), file);
                    (version.group(2).contains("dispatcher") ? dispatchers : binaries).add(binary);
                }
            }
        }
        var usable = binaries.isEmpty() ? dispatchers : binaries;
        var byMinor = new TreeMap<Integer, KubectlBinary>();
        usable.forEach(b -> byMinor.putIfAbsent(b.minor(), b));
        return List.copyOf(byMinor.values());
    }

    private static Optional<Path> realParent(Path file) {
        try {
            return Optional.of(file.toRealPath().getParent());
        } catch (IOException dangling) {
            return Optional.empty();
        }
    }

    private static List<Path> kubectlsIn(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(f -> NAME.matcher(f.getFileName().toString()).matches())
                    .filter(Files::isExecutable)
                    .sorted(Comparator.naturalOrder())
                    .map(f -> realPath(f))
                    .toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private static Path realPath(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException dangling) {
            return file;
        }
    }

    private static String clientVersion(Path kubectl) {
        try {
            Process process = new ProcessBuilder(kubectl.toString(), "version", "--client", "-o", "json")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor(20, TimeUnit.SECONDS) ? output : "";
        } catch (IOException notRunnable) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    @Override
    public String toString() {
        return "kubectl 1." + minor;
    }
}
