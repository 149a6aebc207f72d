package io.k8j.kubelet.testing;

import io.k8j.kubelet.containerd.PauseImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes a busybox image in the form of {@code docker save} out of this machine's static busybox. */
final class BusyboxImage {
    private BusyboxImage() {}

    static Path archive(Path target) throws IOException, InterruptedException {
        Path work = Files.createTempDirectory("k8j-busybox");
        try {
            Path root = Files.createDirectories(work.resolve("root"));
            for (String dir : List.of("bin", "etc", "tmp", "proc", "sys", "dev", "root", "var")) {
                Files.createDirectories(root.resolve(dir));
            }
            Files.setPosixFilePermissions(root.resolve("tmp"), PosixFilePermissions.fromString("rwxrwxrwx"));
            Files.writeString(
                    root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n");
            Files.writeString(root.resolve("etc/group"), "root:x:0:\nnogroup:x:65534:\n");
            Files.copy(Path.of("/bin/busybox"), root.resolve("bin/busybox"));
            root.resolve("bin/busybox").toFile().setExecutable(true, false);
            run(work, "/bin/busybox", "--install", "-s", root.resolve("bin").toString());
            relink(root.resolve("bin"));
            run(
                    work,
                    "tar",
                    "-C",
                    root.toString(),
                    "--numeric-owner",
                    "--owner=0",
                    "--group=0",
                    "-cf",
                    work.resolve("layer.tar").toString(),
                    ".");
            String layer = run(work, "sha256sum", "layer.tar").substring(0, 64);
            Files.writeString(work.resolve("config.json"), """
                    {"architecture":"%s","os":"linux","config":{"Cmd":["sh"],"Env":["PATH=/bin"]},\
                    "rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}""".formatted(PauseImage.hostArchitecture(), layer));
            Files.writeString(work.resolve("manifest.json"), """
                    [{"Config":"config.json","RepoTags":["busybox:latest"],"Layers":["layer.tar"]}]""");
            run(work, "tar", "-cf", target.toString(), "manifest.json", "config.json", "layer.tar");
            return target;
        } finally {
            ContainerdNode.deleteTree(work);
        }
    }

    /** busybox --install links to the absolute path it was called by; in the image it lives under /bin. */
    private static void relink(Path bin) throws IOException {
        try (var links = Files.list(bin)) {
            for (Path link : links.filter(Files::isSymbolicLink).toList()) {
                Files.delete(link);
                Files.createSymbolicLink(link, Path.of("/bin/busybox"));
            }
        }
    }

    private static String run(Path dir, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(dir.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        return output;
    }
}
