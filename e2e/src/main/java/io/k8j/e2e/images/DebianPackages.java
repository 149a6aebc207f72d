package io.k8j.e2e.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Fetches Debian packages with the machine's own apt and unpacks them without installing anything. */
final class DebianPackages {
    private DebianPackages() {}

    /**
     * Says why packages cannot be had here, or null if they can.
     *
     * @return one sentence, or null on a machine that has apt-get and dpkg-deb
     */
    static String missing() {
        return Stream.of("apt-get", "dpkg-deb")
                .filter(tool -> !onPath(tool))
                .findFirst()
                .map(tool -> "test images are made of Debian packages, and this machine has no " + tool)
                .orElse(null);
    }

    /** The machine's architecture in Debian's words, which are OCI's as well: {@code amd64}, {@code arm64}. */
    static String architecture(Path directory) throws IOException {
        return run(directory, List.of("dpkg", "--print-architecture")).strip();
    }

    /**
     * Unpacks the files of some packages into one tree. Blocks for the download.
     *
     * @param directory an existing directory that gets the packages and the subdirectory {@code root}
     * @return the tree
     * @throws IOException if a package cannot be downloaded or unpacked; the message has apt's own words
     */
    static Path unpack(List<String> packages, Path directory) throws IOException {
        // As root apt wants to download as user _apt, who may not write here.
        var download = new ArrayList<>(List.of("apt-get", "-q", "-o", "APT::Sandbox::User=root", "download"));
        download.addAll(packages);
        try {
            run(directory, download);
        } catch (IOException staleLists) {
            // A fresh machine has no package lists, an old one names versions that the mirror has dropped.
            run(directory, List.of("apt-get", "-q", "update"));
            run(directory, download);
        }
        Path root = Files.createDirectory(directory.resolve("root"));
        try (Stream<Path> files = Files.list(directory)) {
            for (Path deb :
                    files.filter(f -> f.toString().endsWith(".deb")).sorted().toList()) {
                run(directory, List.of("dpkg-deb", "-x", deb.toString(), root.toString()));
            }
        }
        return root;
    }

    private static boolean onPath(String tool) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(d -> Files.isExecutable(Path.of(d, tool)));
    }

    static String run(Path directory, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": " + output.strip());
            }
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while running " + String.join(" ", command), e);
        } finally {
            process.destroyForcibly();
        }
    }
}
